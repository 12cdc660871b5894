import pytest

from apps.accounts import events
from apps.journeys.entry import by_event
from apps.journeys.listening import hearing
from apps.journeys.models import Enrolment, PendingEvent
from tests.factories import a_contact, a_live_journey, a_site

pytestmark = pytest.mark.django_db


@pytest.fixture
def journey():
    return a_live_journey(a_site())


class TestNote:
    def test_it_writes_down_nothing_that_no_journey_waits_for(self, journey):
        events.track(a_contact(journey.site), "purchase")

        assert PendingEvent.objects.count() == 0

    def test_it_writes_the_event_down_with_the_event(self, journey):
        events.track(a_contact(journey.site), "session_started")

        assert PendingEvent.objects.count() == 1

    def test_it_hears_a_few_at_once(self, journey, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            events.track(a_contact(journey.site), "session_started")

        assert (PendingEvent.objects.count(), Enrolment.objects.count()) == (0, 1)

    def test_it_leaves_many_to_a_worker(
        self, journey, drain_all, django_capture_on_commit_callbacks
    ):
        contacts = [a_contact(journey.site) for _ in range(10)]
        with django_capture_on_commit_callbacks(execute=True):
            events.track_many(
                [events.NewEvent(contact=c, name="session_started") for c in contacts]
            )

        assert (PendingEvent.objects.count(), Enrolment.objects.count()) == (10, 0)
        drain_all()
        assert (PendingEvent.objects.count(), Enrolment.objects.count()) == (0, 10)

    def test_nothing_that_goes_wrong_here_undoes_the_event(
        self, journey, monkeypatch, django_capture_on_commit_callbacks
    ):
        monkeypatch.setattr(by_event, "enter", lambda *_: 1 / 0)

        with django_capture_on_commit_callbacks(execute=True):
            event = events.track(a_contact(journey.site), "session_started")

        event.refresh_from_db()
        pending = PendingEvent.objects.get()
        assert (pending.event, pending.errors) == (event, 1)


class TestHandle:
    def test_it_gives_up_an_event_that_fails_again_and_again(self, journey, monkeypatch):
        events.track(a_contact(journey.site), "session_started")
        monkeypatch.setattr(by_event, "enter", lambda *_: 1 / 0)

        for _ in range(hearing.MAX_ERRORS):
            PendingEvent.objects.update(due_at="2026-01-01T00:00Z")
            hearing.handle()

        pending = PendingEvent.objects.get()
        assert (pending.due_at, pending.errors) == (None, hearing.MAX_ERRORS)

    def test_one_bad_event_does_not_stop_the_others(self, journey, monkeypatch):
        good, bad = a_contact(journey.site), a_contact(journey.site)
        for contact in (good, bad):
            events.track(contact, "session_started")
        real = by_event.enter

        def enter(site_id, found, links):
            if bad in [event.contact for event in found]:
                raise RuntimeError("broken")
            return real(site_id, found, links)

        monkeypatch.setattr(by_event, "enter", enter)
        hearing.handle()

        assert Enrolment.objects.get().contact == good
        assert PendingEvent.objects.get().event.contact == bad
