"""Random journeys, contacts, events and jumps of the clock: the engine goes where a slow reading
of the same journeys goes. MODEL_EXAMPLES=50 looks at fifty times as many, at others each time."""

import os
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db.models import F
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule, run_state_machine_as_test

from apps.accounts import events
from apps.accounts.models import Contact
from apps.delivery import popups
from apps.delivery.models import Popup
from apps.devices.models import Device
from apps.journeys import engine, leaving, lifecycle, moving_over
from apps.journeys.entry import draining
from apps.journeys.models import Call, Enrolment, Journey
from apps.journeys.webhooks import answers, recording
from tests.factories import an_event
from tests.journeys.model import flows
from tests.journeys.model.machine import CLOCK, SECOND, SideBySide, a_scene
from tests.journeys.model.state import Key
from tests.journeys.model.versions import versions

pytestmark = pytest.mark.django_db

TIMES = float(os.environ.get("MODEL_EXAMPLES", "1"))
EXAMPLES, STEPS = 12, 25
MOST_JOURNEYS = 4
# So much happens at least before another version is published.
CALM = 4
# How a call can end, in the words of the reference.
CALL_ENDS = {
    "answered": answers.Outcome.TAKEN,
    "refused": answers.Outcome.REFUSED,
    "failed": answers.Outcome.IMPOSSIBLE,
}


class Machine(SideBySide):
    """All that can happen to a site."""

    # Journeys.

    @initialize(data=st.data())
    def make_some_journeys(self, data):
        people = st.lists(
            st.sampled_from(list(self.scene.people)), min_size=4, max_size=4, unique=True
        )
        self.come(data.draw(people))
        for kind in ("call", "event", "event"):
            self.make(data, kind)

    @rule(data=st.data())
    @precondition(lambda self: len(self.reference.journeys) < MOST_JOURNEYS)
    def make_a_journey(self, data):
        self.make(data, data.draw(st.sampled_from(self.kinds())))
        self.settle()

    def kinds(self, *, but=None):
        """Ways to come in. Which of two schedules of one moment is first, nobody says."""
        lives = [row["live"] for pk, row in self.reference.journeys.items() if pk != but]
        is_scheduled = any(live["kind"] == "schedule" for live in lives)
        return ("event", "segment") if is_scheduled else ("event", "segment", "schedule")

    def make(self, data, kind):
        others = tuple(self.reference.journeys)
        version = data.draw(self.a_version(kind, targets=self.targets(), others=others))
        journey = Journey.objects.create(site=self.site, name=f"Journey {len(others)}")
        self.publish(journey, version)
        self.calm = CALM

    def targets(self):
        """Journeys that others can start: those of them that start none themselves."""
        return tuple(
            pk
            for pk, journey in self.reference.journeys.items()
            if journey["live"]["kind"] == "call"
        )

    def a_version(self, kind, *, targets, others):
        # Journeys that are started start none: it could go round.
        return versions(
            now=CLOCK["now"],
            kind=kind,
            targets=targets if kind != "call" else (),
            others=others,
        )

    def settle(self):
        self.calm -= 1
        super().settle()

    def some_journey(self, data, which=lambda journey: True):
        found = [pk for pk, journey in self.reference.journeys.items() if which(journey)]
        return data.draw(st.sampled_from(found))

    @rule(data=st.data())
    @precondition(lambda self: self.calm <= 0)
    def publish_another_draft(self, data):
        self.calm = CALM
        pk = self.some_journey(data)
        live = self.reference.journeys[pk]["live"]
        kinds = ("call",) if live["kind"] == "call" else ("event", *self.kinds(but=pk))
        others = tuple(other for other in self.reference.journeys if other != pk)
        version = data.draw(
            st.sampled_from(kinds).flatmap(
                lambda kind: self.a_version(kind, targets=self.targets(), others=others)
            )
        )
        if live["kind"] == version["kind"] == "segment" and data.draw(st.booleans()):
            version["rule"] = live["rule"]
        self.publish(Journey.objects.get(pk=pk), version)
        self.settle()

    @rule(data=st.data(), gone=st.sampled_from((moving_over.STAY, moving_over.LEAVE)))
    @precondition(lambda self: self.are_inside_older())
    def somebody_moves_those_inside_over(self, data, gone):
        pk, older = data.draw(st.sampled_from(self.are_inside_older()))
        live = self.reference.journeys[pk]["live"]["steps"]
        to = {}
        if data.draw(st.booleans()):
            to[older] = data.draw(st.sampled_from(list(live)))
        moving_over.begin(Journey.objects.get(pk=pk), gone=gone, to=to)
        self.reference.journeys[pk]["over"] = {"gone": gone, "to": to}
        self.settle()

    def are_inside_older(self):
        """Which steps of older versions of running journeys somebody is at."""
        return sorted(
            {
                (row["journey"], row["step"])
                for row in self.reference.rows
                for journey in [self.reference.journeys[row["journey"]]]
                if row["left"] is None and row["version"] is not journey["live"]
                if journey["status"] in ("active", "paused")
            }
        )

    # Contacts.

    @rule(data=st.data(), name=st.sampled_from(flows.EVENTS), n=st.integers(0, 9))
    def something_happens(self, data, name, n):
        self.pass_time(SECOND)
        self.happens(data.draw(st.sampled_from(self.contacts)), name, n)
        self.settle()

    @rule(name=st.sampled_from(flows.EVENTS), n=st.sampled_from((1, 9)))
    def it_happens_to_everybody(self, name, n):
        self.pass_time(SECOND)
        people = Contact.objects.filter(site=self.site).order_by("pk")
        events.track_many(
            [events.NewEvent(contact=person, name=name, properties={"n": n}) for person in people]
        )
        for person in people:
            self.reference.event(person.pk, name, {"n": n})
        self.settle()

    @rule(data=st.data(), number=st.integers(2, 4))
    def events_are_heard_late(self, data, number):
        """Several happen, and some move on, before a worker hears of them."""
        contacts = data.draw(st.lists(st.sampled_from(self.contacts), min_size=1, max_size=2))
        for _ in range(number):
            self.pass_time(timedelta(seconds=data.draw(st.sampled_from((1, 60, 4000)))))
            if data.draw(st.booleans()):
                self.move()
            name = data.draw(st.sampled_from(flows.EVENTS))
            self.happens(data.draw(st.sampled_from(contacts)), name, data.draw(st.integers(0, 9)))
        self.pass_time(SECOND)
        self.settle()

    def happens(self, pk, name, n):
        an_event(Contact.objects.get(pk=pk), name, n=n)
        self.reference.event(pk, name, {"n": n})

    @rule(data=st.data(), outcome=st.sampled_from(flows.POPUP_ANSWERS))
    @precondition(lambda self: self.open_popups())
    def somebody_answers(self, data, outcome):
        self.pass_time(SECOND)
        key = data.draw(st.sampled_from(self.open_popups()))
        row = self.row_of(key)
        popup = Popup.objects.get(key=f"journey:{row.journey_id}:{row.pk}:{key[1]}")
        device = Device.objects.select_related("contact__site").get(
            pk=self.scene.devices[row.contact_id].pk
        )
        assert popups.report(popup, device, popups.Report(outcome))
        self.reference.answer(key, outcome)
        self.settle()

    def open_popups(self) -> list[Key]:
        now = self.reference.now + SECOND
        return [
            key
            for key, popup in self.reference.popups.items()
            if popup["status"] == "waiting" and popup["until"] > now
        ]

    def row_of(self, key: Key) -> Enrolment:
        contact, journey, is_control, number = key[0]
        return Enrolment.objects.get(
            contact=contact, journey=journey, is_control=is_control, number=number
        )

    @rule(data=st.data(), status=st.sampled_from(list(CALL_ENDS)))
    @precondition(lambda self: self.open_calls())
    def a_server_answers(self, data, status):
        self.pass_time(SECOND)
        key = data.draw(st.sampled_from(self.open_calls()))
        calls = Call.objects.filter(enrolment=self.row_of(key), visit=key[1])
        calls.update(attempts=F("attempts") + 1)
        answer = answers.Answer(outcome=CALL_ENDS[status], words="Said.")
        recording.record([recording.Result(call=calls.get(), answer=answer)])
        self.reference.call_ends(key, status)
        self.settle()

    def open_calls(self) -> list[Key]:
        return [key for key, call in self.reference.calls.items() if call["status"] == "queued"]

    @rule(data=st.data())
    @precondition(lambda self: self.are_inside())
    def somebody_takes_a_contact_out(self, data):
        pk = data.draw(st.sampled_from(self.are_inside()))
        leaving.leave_by_hand(Enrolment.objects.filter(contact=pk), "Test")
        self.reference.take_out(pk)
        self.settle()

    def are_inside(self):
        return sorted({row["contact"] for row in self.reference.rows if row["left"] is None})

    # Time.

    @rule(hours=st.sampled_from((1, 3, 25, 73, 170)))
    def time_passes(self, hours):
        self.pass_time(timedelta(hours=hours))
        self.settle()

    @rule(is_early=st.booleans())
    @precondition(lambda self: self.moments())
    def time_passes_until_somebody_is_due(self, is_early):
        """To the very moment, or to just before it."""
        self.pass_time(min(self.moments()) - CLOCK["now"] - (SECOND if is_early else SECOND * 0))
        self.settle()

    def moments(self):
        soon = CLOCK["now"] + SECOND
        due = [row["due"] for row in self.reference.rows if row["due"]]
        return [moment for moment in (*due, *self.reference.coming()) if moment > soon]

    # Who keeps journeys.

    @rule(data=st.data())
    def somebody_pauses_or_holds(self, data):
        pk = self.some_journey(data)
        journey, plain = Journey.objects.get(pk=pk), self.reference.journeys[pk]
        is_held = plain["held_at"] is not None
        if plain["status"] == "active" and data.draw(st.booleans()):
            lifecycle.pause(journey)
            self.reference.pause(pk)
        elif plain["status"] in ("active", "paused") and not is_held:
            lifecycle.hold(journey)
            self.reference.hold(pk)
        self.settle()

    @rule(data=st.data(), shift_waits=st.booleans())
    @precondition(lambda self: self.are_paused())
    def somebody_resumes(self, data, shift_waits):
        pk = data.draw(st.sampled_from(self.are_paused()))
        lifecycle.resume(Journey.objects.get(pk=pk), shift_waits=shift_waits)
        self.reference.resume(pk, shift_waits=shift_waits)
        self.settle()

    def are_paused(self):
        journeys = self.reference.journeys.items()
        return [pk for pk, journey in journeys if journey["status"] == "paused"]

    @rule(data=st.data())
    @precondition(lambda self: self.are_running())
    def somebody_finishes_one(self, data):
        pk = data.draw(st.sampled_from(self.are_running()))
        lifecycle.finish(Journey.objects.get(pk=pk))
        self.reference.finish(pk)
        self.settle()

    def are_running(self):
        journeys = self.reference.journeys.items()
        return [pk for pk, journey in journeys if journey["status"] in ("active", "paused")]


@pytest.fixture
def standing_clock(monkeypatch):
    """Time stands still until a rule moves it on, and begins some days before clocks are changed
    in Berlin. Later than now: defaults of columns know the real moment only, and what they hold
    must be past."""
    CLOCK["begin"] = before_clocks_change(timezone.now() + timedelta(days=1))
    monkeypatch.setattr(timezone, "now", lambda: CLOCK["now"])
    monkeypatch.setattr(engine, "PAUSE_SECONDS", 0)
    monkeypatch.setattr(engine, "LONGEST_PAUSE_SECONDS", 0)
    monkeypatch.setattr(draining, "PAUSE_SECONDS", 0)
    CLOCK["now"] = CLOCK["begin"]


def before_clocks_change(after: datetime) -> datetime:
    berlin, day = ZoneInfo("Europe/Berlin"), timedelta(days=1)
    moment = datetime.combine(after, datetime.min.time(), tzinfo=UTC) + day
    while (moment + 5 * day).astimezone(berlin).utcoffset() == moment.astimezone(
        berlin
    ).utcoffset():
        moment += day
    return moment


def test_the_engine_goes_where_a_slow_reading_goes(standing_clock):
    Machine.scene = a_scene()
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=max(1, int(EXAMPLES * TIMES)),
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            derandomize=TIMES == 1,
            # Finding the shortest way to a failure takes minutes.
            phases=[Phase.generate] if TIMES == 1 else [Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )
