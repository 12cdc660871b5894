import copy
import json

import pytest

from apps.assets import exchange, snapshots
from apps.assets.exchange import Taken, Verdict
from apps.assets.models import Asset, LabelTag, Popup, Push
from tests.assets.library import GERMAN, a_full_popup, a_full_push, in_segment
from tests.factories import a_live_journey, a_popup, a_property, a_push, a_segment, a_site

pytestmark = pytest.mark.django_db


def exported(site):
    """The file's content as it arrives elsewhere."""
    data = exchange.export(Asset.objects.filter(site=site))
    return exchange.read(json.dumps(data).encode())


def an_empty_site(**values):
    site = a_site(**values)
    site.journeys.all().delete()
    Asset.objects.filter(site=site).delete()
    return site


@pytest.fixture
def data():
    site = an_empty_site()
    a_full_push(site)
    a_full_popup(site, status="archived")
    return exported(site)


@pytest.fixture
def ready():
    """A site that knows all that the file names."""
    site = an_empty_site()
    a_property(site, "first_name")
    a_segment(site, name="VIP", rule=GERMAN)
    return site


def verdicts(plan):
    return [(each.name, each.verdict) for each in plan.everything]


class TestFile:
    def test_it_names_segments_and_brings_the_label_tags_that_are_named(self, data):
        assert [asset["name"] for asset in data["assets"]] == ["News", "Summer sale"]
        assert data["assets"][1]["variations"][1]["rule"] == in_segment("VIP")
        assert data["label_tags"] == [
            {"name": "bonus", "value": "10 %", "values": [{"rule": GERMAN, "value": "15 %"}]}
        ]
        assert data["images"] == {}

    def test_it_leaves_out_label_tags_that_nothing_names(self):
        site = an_empty_site()
        a_push(site)
        LabelTag.objects.create(site=site, name="unused", value="x")

        assert exported(site)["label_tags"] == []

    def test_it_holds_assets_of_one_site(self):
        a_push(a_site())
        a_push(a_site())

        with pytest.raises(exchange.NotExported):
            exchange.export(Asset.objects.all())

    def test_it_is_no_larger_than_can_be_imported(self, monkeypatch):
        push = a_push(an_empty_site(), message="x" * 1_000)
        monkeypatch.setattr("apps.assets.exchange.exporting.MAX_BYTES", 1_000)

        with pytest.raises(exchange.NotExported):
            exchange.text(Push.objects.filter(pk=push.pk))

    def test_it_costs_the_same_for_one_and_for_three(self, django_assert_max_num_queries):
        site = an_empty_site()
        a_full_push(site, "A")
        with django_assert_max_num_queries(10) as one:
            exported(site)
        a_full_push(site, "B")
        a_full_push(site, "C")

        with django_assert_max_num_queries(10) as three:
            exported(site)

        assert len(three) == len(one)


class TestRoundTrip:
    def test_an_empty_site_gives_the_same_file_again(self, data, ready):
        outcome = exchange.run(data, ready, None, keeps_status=True)

        assert outcome.created == ["bonus", "News", "Summer sale"]
        again = exported(ready)
        assert {**again, "site": ""} == {**data, "site": ""}

    def test_doing_it_twice_changes_nothing(self, data, ready):
        exchange.run(data, ready, None)

        plan = exchange.plan(data, ready)
        outcome = exchange.run(data, ready, None, taken=Taken.REPLACE)

        assert verdicts(plan) == [
            ("bonus", Verdict.SAME),
            ("News", Verdict.SAME),
            ("Summer sale", Verdict.SAME),
        ]
        assert outcome.words == "3 the same already"
        assert Push.objects.get(site=ready).revisions.count() == 1


class TestPlan:
    def test_it_writes_nothing(self, data, ready):
        plan = exchange.plan(data, ready)

        assert verdicts(plan) == [
            ("bonus", Verdict.NEW),
            ("News", Verdict.NEW),
            ("Summer sale", Verdict.NEW),
        ]
        assert not Asset.objects.filter(site=ready).exists()
        assert not ready.label_tags.exists()

    def test_it_costs_the_same_for_one_and_for_three(self, data, ready, django_assert_num_queries):
        one, three = {**data, "assets": data["assets"][1:]}, copy.deepcopy(data)
        more = {**data["assets"][1], "name": "Another"}
        three["assets"] = [data["assets"][1], more, {**more, "name": "A third"}]
        exchange.run(three, ready, None)
        Push.objects.filter(site=ready).update(ttl=60)

        with django_assert_num_queries(17):
            exchange.plan(one, ready)
        with django_assert_num_queries(17):
            exchange.plan(three, ready)

    def test_it_says_what_would_change_and_who_sends_it(self, data, ready):
        exchange.run(data, ready, None)
        push = Push.objects.get(site=ready)
        push.message = "Until Monday."
        push.save()

        planned = exchange.plan(data, ready).assets[1]

        assert (planned.verdict, planned.existing) == (Verdict.CHANGED, push)
        assert planned.choices == (Taken.SKIP, Taken.REPLACE, Taken.COPY)
        assert [change.place for change in planned.changes] == ["Message"]
        assert planned.sent_by == []

    def test_it_names_live_journeys_that_send_the_present_one(self):
        site = a_site()
        journey = a_live_journey(site)
        data = exported(site)
        data["assets"][0]["content"]["title"] = "Other"

        planned = exchange.plan(data, site).assets[0]

        assert planned.sent_by == [journey.name]

    def test_a_name_that_another_kind_has_cannot_be_replaced(self, data, ready):
        a_popup(ready, name="Summer sale")

        planned = exchange.plan(data, ready).assets[1]

        assert planned.choices == (Taken.SKIP, Taken.COPY)

    def test_what_is_wrong_keeps_out_only_its_own_asset(self, data, ready):
        data["assets"][0]["content"]["image"] = "javascript:alert(1)"
        data["assets"].append(data["assets"][1])

        plan = exchange.plan(data, ready)
        outcome = exchange.run(data, ready, None)

        assert [(each.name, each.problems[0].field) for each in plan.refused] == [
            ("News", "Image"),
            ("Summer sale", "Name"),
        ]
        assert outcome.words == "2 new, 2 left out"
        assert list(Asset.objects.filter(site=ready).values_list("name", flat=True)) == [
            "Summer sale"
        ]


class TestImport:
    def test_everything_arrives_as_a_draft(self, data, ready):
        exchange.run(data, ready, None)

        assert set(Asset.objects.filter(site=ready).values_list("status", flat=True)) == {"draft"}

    def test_statuses_are_those_of_the_file_when_told_so(self, data, ready):
        exchange.run(data, ready, None, keeps_status=True)

        assert Push.objects.get(site=ready).status == "active"
        assert Popup.objects.get(site=ready).status == "archived"

    def test_segments_are_found_by_their_names(self, data, ready):
        a_segment(ready, name="Another")

        exchange.run(data, ready, None)

        vip = ready.segments.get(name="VIP")
        variation = Push.objects.get(site=ready).variations.get(name="VIP")
        assert (variation.rule, variation.status) == (in_segment(vip.pk), "active")

    def test_a_missing_segment_makes_its_variation_a_draft_and_says_so(self, data, ready):
        ready.segments.all().delete()

        plan = exchange.plan(data, ready)
        exchange.run(data, ready, None)

        assert [(each.field, each.message) for each in plan.assets[1].notes] == [
            (
                "Variation “VIP”, rule",
                "There is no segment “VIP” here. The variation is imported as a draft.",
            )
        ]
        variation = Push.objects.get(site=ready).variations.get(name="VIP")
        assert (variation.rule, variation.status) == (in_segment("VIP"), "draft")

    def test_an_id_in_a_file_never_means_a_segment_of_ours(self, data, ready):
        ours = ready.segments.get().pk
        data["assets"][1]["variations"][1]["rule"] = in_segment(ours)

        exchange.run(data, ready, None)

        variation = Push.objects.get(site=ready).variations.get(name="VIP")
        assert (variation.rule, variation.status) == (in_segment(str(ours)), "draft")

    def test_an_unknown_property_makes_a_draft_even_when_statuses_are_kept(self, data, ready):
        ready.properties.all().delete()

        plan = exchange.plan(data, ready, keeps_status=True)
        exchange.run(data, ready, None, keeps_status=True)

        assert [each.field for each in plan.assets[1].notes] == ["Title", "Status"]
        assert Push.objects.get(site=ready).status == "draft"

    def test_what_is_taken_is_left_alone(self, data, ready):
        ours = a_push(ready, name="Summer sale")
        before = snapshots.write(Push.objects.get(pk=ours.pk))

        outcome = exchange.run(data, ready, None)

        assert outcome.skipped == ["Summer sale"]
        assert snapshots.write(Push.objects.get(pk=ours.pk)) == before

    def test_what_is_taken_is_replaced(self, data, ready):
        ours = a_push(ready, name="Summer sale")

        outcome = exchange.run(
            data, ready, None, choices={"asset-1": "replace"}, file_name="a.json"
        )

        assert outcome.replaced == ["Summer sale"]
        now = Push.objects.get(site=ready, name="Summer sale")
        assert (now.pk, now.message, now.status) == (ours.pk, "Until Sunday.", "draft")
        assert [each.note for each in ours.revisions.all()] == [
            "Imported from a.json",
            "As it was before its history began",
        ]

    def test_what_is_taken_comes_as_a_copy(self, data, ready):
        ours = a_push(ready, name="Summer sale")

        outcome = exchange.run(data, ready, None, taken=Taken.COPY)

        assert outcome.created == ["bonus", "News", "Summer sale (copy)"]
        assert Push.objects.get(pk=ours.pk).message == ""

    def test_a_label_tag_of_ours_stays_unless_it_is_replaced(self, data, ready):
        tag = LabelTag.objects.create(site=ready, name="bonus", value="1 %")

        planned = exchange.plan(data, ready).label_tags[0]
        assert [change.place for change in planned.changes] == [
            "Default value",
            "Values under rules",
        ]
        exchange.run(data, ready, None, choices={"label-0": "skip"})
        tag.refresh_from_db()
        assert (tag.value, tag.values.count()) == ("1 %", 0)
        exchange.run(data, ready, None, choices={"label-0": "replace"})

        tag.refresh_from_db()
        assert (tag.value, tag.values.get().value) == ("10 %", "15 %")

    def test_a_value_of_a_label_tag_for_a_missing_segment_is_left_out(self, data, ready):
        data["label_tags"][0]["values"][0]["rule"] = in_segment("Nobody")

        plan = exchange.plan(data, ready)
        exchange.run(data, ready, None)

        assert [each.message for each in plan.label_tags[0].notes] == [
            "Left out: there is no segment “Nobody” here."
        ]
        assert ready.label_tags.get().values.count() == 0

    def test_it_is_all_or_nothing(self, data, ready, monkeypatch):
        def fails(*args, **options):
            raise RuntimeError

        monkeypatch.setattr("apps.assets.history.Revision.objects.create", fails)
        with pytest.raises(RuntimeError):
            exchange.run(data, ready, None)

        assert not ready.label_tags.exists()
        assert not Asset.objects.filter(site=ready).exists()
