import pytest

from apps.assets import exchange, snapshots
from apps.assets.exchange import Taken
from apps.assets.models import Asset, LabelTag, Popup, Push
from tests.assets.full_assets import in_segment
from tests.factories import a_push, a_segment

pytestmark = pytest.mark.django_db


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

    def test_a_copy_makes_way_for_what_is_called_so_in_the_file(self, data, ready):
        a_push(ready, name="Summer sale")
        data["assets"].append({**data["assets"][1], "name": "Summer sale (copy)"})

        outcome = exchange.run(data, ready, None, taken=Taken.COPY)

        assert outcome.created == ["bonus", "News", "Summer sale (copy)", "Summer sale (copy 2)"]

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

        monkeypatch.setattr("apps.assets.library.history.Revision.objects.create", fails)
        with pytest.raises(RuntimeError):
            exchange.run(data, ready, None)

        assert not ready.label_tags.exists()
        assert not Asset.objects.filter(site=ready).exists()


class TestLabelTags:
    """What their form refuses of them, a file does not bring either."""

    def refused(self, data, site, **values):
        data["assets"] = []
        data["label_tags"][0] |= values
        plan = exchange.plan(data, site)
        exchange.run(data, site, None)
        assert not site.label_tags.exists()
        return [(each.field, each.message) for each in plan.label_tags[0].problems]

    def test_a_value_is_no_longer_than_in_the_form(self, data, ready):
        words = "Ensure this value has at most 1000 characters (it has 1001)."
        assert self.refused(data, ready, value="x" * 1_001) == [("Default value", words)]
        values = [{"rule": {}, "value": "x" * 1_001}]
        assert self.refused(data, ready, value="x", values=values) == [("Value 1", words)]

    def test_there_are_no_more_values_than_in_the_form(self, data, ready):
        values = [{"rule": {}, "value": "x"}] * 51
        words = "It needs a name, a value, and a list of at most 50 values under rules."

        assert self.refused(data, ready, values=values) == [("Label tag", words)]

    def test_names_that_the_site_does_not_know_are_said(self, data, ready):
        data["label_tags"][0] |= {
            "value": "{{ state.unheard_of }}",
            "values": [{"rule": {}, "value": "{{ event.unheard_of }}"}],
        }

        planned = exchange.plan(data, ready).label_tags[0]

        assert planned.problems == []
        assert [each.field for each in planned.notes] == ["Default value", "Value 1"]
