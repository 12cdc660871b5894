import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.journeys.documents import content, read, write
from apps.journeys.models import STEPS, Lead, PushAlternative, Step
from tests.journeys.authoring import a_draft, a_flow, a_step, of_every_kind

pytestmark = pytest.mark.django_db


@pytest.fixture
def journey():
    return a_draft()


class TestWrite:
    @pytest.mark.parametrize("kind", [model.kind for model in STEPS])
    def test_it_writes_what_was_read_of_every_kind(self, journey, kind):
        a_step(journey, kind)
        document = read(journey)
        Step.objects.filter(journey=journey).non_polymorphic().delete()

        write(journey, document)

        assert read(journey) == document

    def test_it_writes_a_whole_journey_into_another(self, journey):
        of_every_kind(journey)
        journey.total_cap, journey.weekdays, journey.control_percent = 5, [1, 2], 10
        journey.save()
        document = {**read(journey), "name": "Another"}
        other = a_draft(journey.site)

        write(other, document)

        assert read(other) == document
        assert (other.name, other.total_cap) == ("Another", 5)

    def test_it_keeps_the_rows_of_steps_that_stay(self, journey):
        steps = of_every_kind(journey)
        document = read(journey)
        document["steps"].reverse()
        document["steps"][0]["name"] = "Good bye"

        write(journey, document)

        rows = list(journey.steps.all())
        assert [row.pk for row in rows] == [row.pk for row in reversed(steps)]
        assert [row.position for row in rows] == list(range(1, len(steps) + 1))
        assert rows[0].name == "Good bye"
        assert content(read(journey)) == content(document)

    def test_it_makes_a_new_row_where_the_kind_is_another(self, journey):
        first, last = a_flow(journey, "push", "leave")
        document = read(journey)
        wait = a_step(a_draft(journey.site), "wait", key=first.key)
        document["steps"][0] = {**read(wait.journey)["steps"][0], "leads": {"done": last.key}}

        write(journey, document)

        assert [step.kind for step in journey.steps.all()] == ["wait", "leave"]
        assert content(read(journey)) == content(document)

    def test_it_deletes_what_is_not_there_any_more(self, journey):
        of_every_kind(journey)

        write(journey, {**read(journey), "steps": []})

        assert not journey.steps.exists()
        assert not Lead.objects.filter(step__journey=journey).exists()
        assert not PushAlternative.objects.exists()

    def test_it_writes_nothing_where_nothing_changed(self, journey):
        of_every_kind(journey)
        document = read(journey)

        with CaptureQueriesContext(connection) as queries:
            write(journey, document)

        writes = [q["sql"] for q in queries if q["sql"].startswith(("UPDATE", "INSERT", "DELETE"))]
        assert len(writes) == 1
        assert "journeys_journey" in writes[0]
