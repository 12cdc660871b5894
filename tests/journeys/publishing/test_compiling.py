import pytest

from apps.accounts.models import WakeUp
from apps.journeys import documents, lifecycle, publishing
from apps.journeys.models import Journey, Trigger
from apps.journeys.webhooks import signing
from tests.factories import a_contact, a_property, an_event
from tests.journeys.authoring import a_draft, a_step, lead, of_every_kind

pytestmark = pytest.mark.django_db


class TestPublish:
    def test_it_keeps_the_document_that_was_published(self):
        journey = a_draft()
        a_step(journey, "leave")

        version = publishing.publish(journey)

        version.refresh_from_db()
        assert version.document == documents.read(journey)
        assert not Journey.objects.get(pk=journey.pk).has_unpublished_changes

    def test_it_copies_all_terms_and_makes_triggers(self):
        journey = a_draft()
        an_event(a_contact(journey.site), "purchase")
        a_property(journey.site, "price", "number", event="purchase")
        where = [{"field": "price", "op": "gt", "value": 5}]
        Journey.objects.filter(pk=journey.pk).update(
            entry_event="cart_updated", goal_event="purchase", goal_where=where, goal_hours=5,
            exit_event="push_opted_out",
        )  # fmt: skip
        step = a_step(journey, "event")

        version = publishing.publish(journey)

        assert (version.goal_hours, version.entry_event) == (5, "cart_updated")
        made = Trigger.objects.filter(version=version).order_by("purpose")
        assert [(t.purpose, t.event, t.where, t.outcome, t.step and t.step.key) for t in made] == [
            ("entry", "cart_updated", [], "", None),
            ("exit", "push_opted_out", [], "", None),
            ("goal", "purchase", where, "", None),
            ("step", "purchase", [], "bought", step.key),
        ]

    def test_an_entry_by_time_listens_for_no_event(self):
        journey = a_draft(entry_kind="call")
        a_step(journey, "leave")

        assert not publishing.publish(journey).triggers.exists()

    def test_a_lead_by_an_outcome_that_is_gone_is_not_compiled(self):
        journey = a_draft()
        split, leave = a_step(journey, "split"), a_step(journey, "leave")
        lead(split, "gone", leave)
        lead(split, "a", leave)

        assert publishing.publish(journey).steps.first().leads == {"a": leave.key}

    @pytest.mark.parametrize("verb", [lifecycle.pause, lifecycle.hold])
    def test_what_is_paused_or_held_stays_so(self, verb):
        journey = a_draft()
        a_step(journey, "leave")
        publishing.publish(journey)
        verb(journey)
        is_held = journey.is_held

        publishing.publish(Journey.objects.get(pk=journey.pk))

        journey.refresh_from_db()
        assert (journey.status, journey.is_held) == ("paused", is_held)
        assert journey.live_version.number == 2

    def test_a_worker_is_woken(self, django_capture_on_commit_callbacks):
        journey = a_draft()
        a_step(journey, "leave")
        WakeUp.objects.all().delete()

        with django_capture_on_commit_callbacks(execute=True):
            publishing.publish(journey)

        assert WakeUp.objects.get(task="apps.journeys.tasks.advance").is_called

    def test_every_kind_compiles(self):
        journey = a_draft()
        signing.create_secret(journey.site)
        steps = of_every_kind(journey)
        for step in steps:
            if step.kind == "start":
                a_step(step.target, "leave")
                publishing.publish(step.target)

        version = publishing.publish(journey)

        assert [row.key for row in version.steps.all()] == [step.key for step in steps]
