import copy

import pytest

from apps.assets import exchange
from apps.assets.exchange import Taken, Verdict
from apps.assets.models import Asset, LabelTag, Push
from tests.assets.full_assets import (
    GERMAN,
    a_full_push,
    exported,
    in_segment,
    verdicts,
)
from tests.factories import a_live_journey, a_popup, a_push, a_site

pytestmark = pytest.mark.django_db


class TestFile:
    def test_it_names_segments_and_brings_the_label_tags_that_are_named(self, data):
        assert [asset["name"] for asset in data["assets"]] == ["News", "Summer sale"]
        assert data["assets"][1]["variations"][1]["rule"] == in_segment("VIP")
        assert data["label_tags"] == [
            {"name": "bonus", "value": "10 %", "values": [{"rule": GERMAN, "value": "15 %"}]}
        ]
        assert data["images"] == {}

    def test_it_leaves_out_label_tags_that_nothing_names(self):
        site = a_site()
        a_push(site)
        LabelTag.objects.create(site=site, name="unused", value="x")

        assert exported(site)["label_tags"] == []

    def test_it_holds_assets_of_one_site(self):
        a_push(a_site())
        a_push(a_site())

        with pytest.raises(exchange.NotExported):
            exchange.export(Asset.objects.all())

    def test_it_is_no_larger_than_can_be_imported(self, monkeypatch):
        push = a_push(a_site(), message="x" * 1_000)
        monkeypatch.setattr("apps.assets.exchange.exporting.MAX_BYTES", 1_000)

        with pytest.raises(exchange.NotExported):
            exchange.text(Push.objects.filter(pk=push.pk), by="The test")

    def test_it_costs_the_same_for_one_and_for_three(self, django_assert_max_num_queries):
        site = a_site()
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

        with django_assert_num_queries(18):
            exchange.plan(one, ready)
        with django_assert_num_queries(18):
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
