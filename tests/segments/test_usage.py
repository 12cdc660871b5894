import pytest

from apps.accounts.panels import uses
from apps.journeys.models import Journey
from apps.segments import usage
from tests.factories import a_live_journey, a_segment, a_site


def names(segment):
    return [(use.kind, use.row.name, use.note, use.through) for use in usage.of_segment(segment)]


def asks_for(segment, op="in"):
    return {"all": [{"segment": segment.pk, "op": op}]}


@pytest.mark.django_db
class TestOfSegment:
    def test_it_finds_segments_that_name_it_and_what_asks_through_them(self):
        site = a_site()
        vip = a_segment(site, name="VIP")
        berlin = a_segment(site, name="Berlin", rule={"none": [asks_for(vip)]})
        Journey.objects.create(site=site, name="Hello", entry_rule=asks_for(berlin))
        a_segment(site, name="Stranger")

        assert names(vip) == [
            ("Segment", "Berlin", "", ()),
            ("Journey", "Hello", "draft", ("Berlin",)),
        ]

    def test_it_tells_the_live_entry_from_what_is_written(self):
        site = a_site()
        vip, other = a_segment(site), a_segment(site)
        journey = a_live_journey(site)
        journey.live_version.entry_rule = asks_for(vip)
        journey.live_version.save()
        Journey.objects.filter(pk=journey.pk).update(entry_rule=asks_for(other))

        assert names(vip) == [("Journey", journey.name, "live (1)", ())]
        assert names(other) == [("Journey", journey.name, "not published yet", ())]

    @pytest.mark.parametrize("status", ["finished", "archived"])
    def test_it_leaves_out_journeys_that_are_over(self, status):
        vip = a_segment()
        Journey.objects.create(site=vip.site, name="Over", entry_rule=asks_for(vip), status=status)

        assert names(vip) == []

    def test_it_leaves_out_other_sites(self):
        vip = a_segment()
        a_segment(rule=asks_for(vip))

        assert names(vip) == []

    def test_it_ends_where_segments_ask_each_other(self):
        site = a_site()
        first = a_segment(site, name="First")
        second = a_segment(site, name="Second", rule=asks_for(first))
        first.rule = asks_for(second)
        first.save()

        assert [name for _, name, _, _ in names(first)] == ["Second", "First"]

    def test_it_costs_the_same_with_one_use_and_with_three(self, django_assert_num_queries):
        vip = a_segment()
        a_segment(vip.site, rule=asks_for(vip))
        with django_assert_num_queries(9):
            usage.of_segment(vip)

        for number in range(2):
            a_segment(vip.site, rule=asks_for(vip))
            Journey.objects.create(site=vip.site, name=f"J{number}", entry_rule=asks_for(vip))
        with django_assert_num_queries(9):
            usage.of_segment(vip)


@pytest.mark.django_db
class TestUses:
    def test_it_names_whoever_keeps_the_segment_from_going(self):
        site = a_site()
        vip = a_segment(site, name="VIP")
        berlin = a_segment(site, name="<b>Berlin</b>", rule=asks_for(vip))

        assert [str(words) for words in uses(vip)] == [
            f'the segment <a class="text-link" '
            f'href="/admin/segments/segment/{berlin.pk}/change/">&lt;b&gt;Berlin&lt;/b&gt;</a>'
        ]
        assert list(uses(berlin)) == []
