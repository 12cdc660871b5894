"""What happens to a site: its contacts do something, its servers answer, time passes."""

from datetime import timedelta

from django.db.models import F
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from apps.accounts import events
from apps.accounts.models import Contact
from apps.delivery import popups
from apps.delivery.models import Popup
from apps.devices.models import Device
from apps.journeys.models import Call, Enrolment
from apps.journeys.webhooks import answers, recording
from tests.factories import an_event
from tests.journeys.model import flows
from tests.journeys.model.machine import CLOCK, SECOND, SideBySide
from tests.journeys.model.state import Key

# What an event's property may be: less than is asked for, or not.
LEVELS = st.sampled_from((1, 4, 9, 9))
# How a call can end, in the words of the reference.
CALL_ENDS = {
    "answered": answers.Outcome.TAKEN,
    "refused": answers.Outcome.REFUSED,
    "failed": answers.Outcome.IMPOSSIBLE,
}


class Happening(SideBySide):
    @rule(data=st.data(), n=LEVELS)
    def something_happens(self, data, n):
        self.pass_time(SECOND)
        name = data.draw(st.sampled_from(self.names()))
        self.happens(data.draw(st.sampled_from(self.contacts)), name, n)
        self.settle()

    def names(self):
        """Events; those oftener that somebody waits for, or that let in."""
        lives = [journey["live"] for journey in self.reference.journeys.values()]
        steps = [self.reference.step(r) for r in self.reference.rows if r["left"] is None]
        awaited = {name for step in steps if step["kind"] == "event" for name in step["events"]}
        entries = [live["entry"] for live in lives if live["entry"]]
        goals = {row["version"]["goal"]["event"] for row in self.reference.rows
                 if row["version"]["goal"] and row["converted"] is None}  # fmt: skip
        return [*flows.EVENTS, *entries, *entries, *sorted(awaited), *sorted(goals)]

    @rule(data=st.data(), n=LEVELS)
    def it_happens_to_everybody(self, data, n):
        self.pass_time(SECOND)
        name = data.draw(st.sampled_from(self.names()))
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
            name = data.draw(st.sampled_from(self.names()))
            self.happens(data.draw(st.sampled_from(contacts)), name, data.draw(LEVELS))
        self.pass_time(SECOND)
        self.settle()

    def happens(self, pk, name, n):
        an_event(Contact.objects.get(pk=pk), name, n=n)
        self.reference.event(pk, name, {"n": n})

    @rule(data=st.data(), outcome=st.sampled_from(flows.POPUP_ANSWERS))
    @precondition(lambda self: self.open_popups())
    def somebody_answers(self, data, outcome):
        key = data.draw(st.sampled_from(self.open_popups()))
        self.pass_time(SECOND)
        row = self.row_of(key)
        popup = Popup.objects.get(key=f"journey:{row.journey_id}:{row.pk}:{key[1]}")
        device = Device.objects.select_related("contact__site").get(
            pk=self.scene.devices[row.contact_id].pk
        )
        assert popups.report(popup, device, popups.Report(outcome))
        self.reference.answer(key, outcome)
        self.settle()

    def open_popups(self) -> list[Key]:
        """Those that are still open in a second, when the answer comes."""
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
