import pytest
from django.core.exceptions import ValidationError

from apps.assets import models as assets
from apps.journeys import lifecycle, publishing
from apps.journeys.models import Journey, Lead, PopupStep, PushStep, Version, WaitStep
from tests.factories import a_contact, a_popup, a_push, a_segment, a_site

pytestmark = pytest.mark.django_db


@pytest.fixture
def journey():
    return Journey.objects.create(site=a_site(), name="Journey")


def a_push_step(journey, step, **values):
    return PushStep.objects.create(journey=journey, name=step, push=a_push(journey.site, **values))


class TestPublish:
    def test_it_compiles_the_flow_into_a_version(self, journey):
        popup = a_popup(journey.site)
        ask = PopupStep.objects.create(journey=journey, name="Ask", position=1, popup=popup)
        wait = WaitStep.objects.create(
            journey=journey, name="Wait", position=2, amount=3, unit="hours"
        )
        Lead.objects.create(step=ask, outcome="declined", target=wait)

        version = publishing.publish(journey)

        compiled = [(s.key, s.kind, s.config, s.leads) for s in version.steps.all()]
        assert compiled == [
            (ask.key, "popup", {"asset": popup.pk}, {"declined": wait.key}),
            (wait.key, "wait", wait.config(), {}),
        ]
        assert wait.config()["seconds"] == 10_800
        assert [s.outcomes for s in version.steps.all()] == [
            [list(pair) for pair in PopupStep.outcomes],
            [["done", "Time is over"]],
        ]
        assert (journey.status, journey.live_version) == ("active", version)

    def test_it_makes_a_new_version_and_keeps_the_old_one(self, journey):
        step = a_push_step(journey, "Hello")
        first = publishing.publish(journey)
        step.name = "Good bye"
        step.save()

        second = publishing.publish(journey)

        assert (first.number, second.number) == (1, 2)
        assert [v.steps.get().name for v in (first, second)] == ["Hello", "Good bye"]

    def test_it_refuses_an_empty_journey(self, journey):
        with pytest.raises(ValidationError, match="has no steps yet"):
            publishing.publish(journey)

        journey.refresh_from_db()
        assert (journey.status, Version.objects.count()) == ("draft", 0)

    def test_it_refuses_an_entry_that_cannot_be_asked(self, journey):
        a_push_step(journey, "Hello")
        theirs = a_segment(a_site())
        journey.entry_rule = {
            "all": [
                {"field": "state.plan", "op": "is", "value": "gold"},
                {"segment": theirs.pk, "op": "in"},
            ]
        }
        journey.save()

        with pytest.raises(ValidationError) as refused:
            publishing.publish(journey)

        assert refused.value.messages == [
            "Entry: Nothing is known as “plan” here.",
            "Entry: This segment does not exist any more.",
        ]
        journey.refresh_from_db()
        assert (journey.status, Version.objects.count()) == ("draft", 0)

    @pytest.mark.parametrize(("status", "said"), [("draft", "a draft"), ("archived", "archived")])
    def test_it_refuses_an_asset_that_is_not_active(self, journey, status, said):
        a_push_step(journey, "Hello", name="News", status=status)

        with pytest.raises(ValidationError, match=f"“News” is {said}; make it active first"):
            publishing.publish(journey)

        assert Version.objects.count() == 0

    def test_it_knows_what_was_written_since(self, journey):
        a_push_step(journey, "Hello")
        publishing.publish(journey)
        journey.refresh_from_db()
        assert not journey.has_unpublished_changes

        journey.entry_event = "purchase"
        journey.save()

        assert journey.has_unpublished_changes

    def test_it_does_not_revive_an_archived_journey(self, journey):
        a_push_step(journey, "Hello")
        lifecycle.archive(journey)

        with pytest.raises(ValidationError, match="is archived"):
            publishing.publish(journey)

        assert Journey.objects.get(pk=journey.pk).status == "archived"

    def test_it_says_everything_that_is_wrong_at_once(self, journey):
        one = a_push_step(journey, "One", status="draft")
        two = a_push_step(journey, "Two", status="draft")
        Lead.objects.create(step=one, outcome="sent", target=two)

        with pytest.raises(ValidationError) as refused:
            publishing.publish(journey)

        assert len(refused.value.messages) == 2

    def test_it_refuses_a_loop_without_time(self, journey):
        one, two = a_push_step(journey, "One"), a_push_step(journey, "Two")
        Lead.objects.create(step=one, outcome="sent", target=two)
        Lead.objects.create(step=two, outcome="sent", target=one)

        with pytest.raises(ValidationError, match="without any time passing"):
            publishing.publish(journey)

    def test_it_allows_a_loop_in_which_time_passes(self, journey):
        push = a_push_step(journey, "Push")
        wait = WaitStep.objects.create(journey=journey, name="Wait")
        Lead.objects.create(step=push, outcome="sent", target=wait)
        Lead.objects.create(step=wait, outcome="done", target=push)

        assert publishing.publish(journey).number == 1


class TestLife:
    def test_it_pauses_and_resumes(self, journey):
        a_push_step(journey, "Hello")
        publishing.publish(journey)

        lifecycle.pause(journey)
        assert Journey.objects.get(pk=journey.pk).status == "paused"
        lifecycle.resume(journey)
        assert Journey.objects.get(pk=journey.pk).status == "active"

    @pytest.mark.parametrize("verb", [lifecycle.pause, lifecycle.resume])
    def test_it_refuses_what_makes_no_sense(self, journey, verb):
        with pytest.raises(ValidationError, match="is draft, so this cannot be done"):
            verb(journey)

        journey.refresh_from_db()
        assert journey.status == "draft"


class TestSweep:
    def test_it_lets_those_leave_who_came_in_while_it_was_archived(self, journey):
        a_push_step(journey, "Hello")
        version = publishing.publish(journey)
        lifecycle.archive(journey)
        row = journey.enrolments.create(
            version=version, contact=a_contact(journey.site), step=version.steps.get(), number=1
        )

        lifecycle.sweep()

        row.refresh_from_db()
        assert (row.state, row.exit_reason, row.due_at) == ("left", "ended", None)


class TestAssetInUse:
    def test_a_step_protects_its_asset(self, journey):
        step = a_push_step(journey, "Hello")

        with pytest.raises(Exception, match="referenced through protected foreign keys"):
            step.push.delete()

        assert assets.Push.objects.filter(pk=step.push_id).exists()
