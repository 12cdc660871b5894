import pytest

from apps.journeys import publishing
from apps.journeys.documents import read
from apps.journeys.drafting import cloning
from apps.journeys.models import Journey
from tests.journeys.authoring import a_draft, a_step, of_every_kind

pytestmark = pytest.mark.django_db


def without_keys(document):
    order = {step["key"]: number for number, step in enumerate(document["steps"])}
    return [
        {
            **step,
            "key": order[step["key"]],
            "leads": {o: order[k] for o, k in step["leads"].items()},
        }
        for step in document["steps"]
    ]


class TestClone:
    def test_it_is_a_draft_of_its_own_with_other_keys(self):
        journey = a_draft(name="Welcome", total_cap=7)
        of_every_kind(journey)
        before = read(journey)

        copy = cloning.clone(journey)

        found = read(copy)
        assert (copy.name, copy.status, copy.live_version) == ("Welcome (copy)", "draft", None)
        assert found["terms"] == before["terms"]
        assert without_keys(found) == without_keys(before)
        keys = [{step["key"] for step in document["steps"]} for document in (found, before)]
        assert not keys[0] & keys[1]
        assert read(journey) == before

    def test_its_name_is_free_and_short_enough(self):
        journey = a_draft(name="x" * 150)

        names = [cloning.clone(journey).name for _ in range(3)]

        assert names == [
            "x" * 143 + " (copy)",
            "x" * 141 + " (copy 2)",
            "x" * 141 + " (copy 3)",
        ]

    def test_a_live_one_is_copied_as_it_is_written(self):
        journey = a_draft()
        step = a_step(journey, "leave", "Old")
        publishing.publish(journey)
        step.name = "New"
        step.save()

        copy = cloning.clone(journey)

        assert [each.name for each in copy.steps.all()] == ["New"]
        assert not Journey.objects.get(pk=copy.pk).versions.exists()
