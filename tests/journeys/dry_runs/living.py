"""The days that a dry run expects, really lived through: the draft is published, the clock goes
from one moment at which something is due to the next, and the engine does what it does.

What is to happen is written down once (`Days`): for the dry run into the past, a whole number of
weeks earlier, where it looks; for the engine it happens when its moment comes.
"""

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Min

from apps.accounts import events
from apps.accounts.models import Contact
from apps.delivery import popups
from apps.delivery.models import Popup
from apps.devices.models import Device
from apps.journeys import engine, entry, leaving, publishing
from apps.journeys.dry_runs.coming import moments_drawn
from apps.journeys.dry_runs.options import Options
from apps.journeys.entry import by_call
from apps.journeys.listening import hearing
from apps.journeys.models import (
    Call,
    Enrolment,
    Journey,
    Run,
    Sweep,
    Version,
    Watch,
)
from apps.journeys.webhooks import answers, recording
from tests.factories import a_device, a_subscription
from tests.journeys.dry_runs.trying import happened, was_sent, was_there

WEEK = timedelta(weeks=1)
SECOND = timedelta(seconds=1)
# A Monday six days before clocks in Europe are put forward, and later than now: defaults of
# columns know the real moment only, and what they hold must be past.
BEGIN = datetime(2040, 3, 19, 12, tzinfo=UTC)

Numbers = dict[str, Any]


@dataclass(kw_only=True)
class Clock:
    """What everybody takes for the present."""

    now: datetime = BEGIN


def a_reader(site: Any, **values: Any) -> Contact:
    """A contact of the site whom no push reaches, with a browser that was not asked yet."""
    contact = a_device(site).contact
    return _with(contact, values)


def a_receiver(site: Any, **values: Any) -> Contact:
    """A contact of the site whom a push reaches."""
    contact = a_subscription(a_device(site, "allowed")).device.contact
    return _with(contact, values)


def _with(contact: Contact, values: Numbers) -> Contact:
    # The report of a browser names a zone of its own.
    Contact.objects.filter(pk=contact.pk).update(**{"time_zone": "", **values})
    contact.refresh_from_db()
    return contact


class Days:
    """So many days from the clock's moment on, and how a journey goes through them.

    Popups are answered by `answer` as soon as they are seen; webhooks are taken after a second.
    """

    def __init__(self, journey: Journey, clock: Clock, days: int, *, answer: str = "") -> None:
        self.journey, self.clock, self.days = journey, clock, days
        self.answer = answer
        self.begin, self.end = clock.now, clock.now + timedelta(days=days)
        self.planned: list[tuple[datetime, Callable[[], Any]]] = []
        self.visits: list[tuple[int, datetime, datetime]] = []
        self.sendings = Counter()
        self.calls = 0

    def _before(self, at: datetime) -> datetime:
        return at - math.ceil(timedelta(days=self.days) / WEEK) * WEEK

    def _plan(self, at: datetime, act: Callable[[], Any]) -> None:
        assert self.begin < at < self.end
        self.planned.append((at, act))

    # What is to happen, after so much of the days.

    def happens(self, contact: Contact, name: str, after: timedelta) -> None:
        at = self.begin + after
        happened(contact, name, self._before(at))
        self._plan(at, lambda: events.track(Contact.objects.get(pk=contact.pk), name, {}))

    def is_there(self, contact: Contact, after: timedelta, minutes: int = 10) -> None:
        """The contact visits the site."""
        at = self.begin + after
        was_there(contact, self._before(at), minutes)
        self.visits.append((contact.pk, at, at + timedelta(minutes=minutes)))
        self._plan(at, lambda: None)

    def is_sent_another(self, contact: Contact, after: timedelta) -> None:
        """Somebody else sends the contact a push."""
        at = self.begin + after
        was_sent(contact, self._before(at), key=f"past {len(self.planned)}")
        self._plan(at, lambda: was_sent(contact, at, key=f"other {at}"))

    def comes_to_meet_the_rule(self, people: list[Contact], **values: Any) -> None:
        """All of them do, each at the moment that a dry run of `joins` draws."""
        options = Options(start=self.begin, days=self.days)
        ids = sorted(person.pk for person in people)
        for pk, at in moments_drawn(ids, 100, options, "join").items():
            rows = Contact.objects.filter(pk=pk)
            self._plan(at, lambda rows=rows: rows.update(**values))

    def is_called(self, people: list[Contact]) -> None:
        """All of them are let in by a call, each at the moment that a dry run draws."""
        options = Options(start=self.begin, days=self.days)
        ids = sorted(person.pk for person in people)
        for pk, at in moments_drawn(ids, 100, options, "call").items():
            self._plan(at, lambda pk=pk: self._call(pk))

    def _call(self, pk: int) -> None:
        self.calls += 1
        version = Version.objects.select_related("journey__site").get(journey=self.journey)
        by_call.call(version, [pk], key=f"{self.calls}", context={}, at=self.clock.now)

    # Living through them.

    def live(self) -> None:
        """Publish the draft and let the days pass."""
        publishing.publish(self.journey)
        self.journey.refresh_from_db()
        while True:
            self._settle()
            moment = min(self._moments(), default=self.end)
            if moment >= self.end:
                break
            self.clock.now = moment
            for _, act in [each for each in self.planned if each[0] == moment]:
                act()
        self.clock.now = self.end

    def _moments(self) -> list[datetime]:
        """Return when something is due next, of each sort."""
        now, version = self.clock.now, self.journey.live_version
        inside, runs = Enrolment.objects.inside(), Run.objects.filter(finished_at=None)
        found = [
            inside.filter(due_at__gt=now).aggregate(at=Min("due_at"))["at"],
            runs.filter(due_at__gt=now).aggregate(at=Min("due_at"))["at"],
            version.starts_at,
            *(at for at, _ in self.planned),
            *(at + SECOND for at in self._asked().values_list("queued_at", flat=True)),
        ]
        if version.timeout_hours:
            late = timedelta(hours=version.timeout_hours)
            found += [at + late for at in inside.values_list("entered_at", flat=True)]
        return [at for at in found if at and at > now]

    def _settle(self) -> None:
        """Let everybody do all they can at this moment."""
        now = self.clock.now
        Watch.objects.filter(due_at__isnull=False).update(due_at=now)
        Sweep.objects.update(due_at=now)
        busy = True
        while busy:
            busy = hearing.drain(seconds=30) > 0
            busy = entry.drain(seconds=30) > 0 or busy
            busy = leaving.sweep(seconds=30) > 0 or busy
            busy = engine.drain(seconds=30) > 0 or busy
            busy = self._webhooks_answer() or self._visitors_answer() or busy

    def _asked(self) -> Any:
        return Call.objects.filter(status=Call.Status.QUEUED)

    def _webhooks_answer(self) -> bool:
        calls = list(self._asked().filter(queued_at__lte=self.clock.now - SECOND))
        taken = answers.Answer(outcome=answers.Outcome.TAKEN, words="200 OK")
        recording.record([recording.Result(call=call, answer=taken) for call in calls])
        return bool(calls)

    def _visitors_answer(self) -> bool:
        """Those who are on the site answer what they are shown."""
        there = {pk for pk, begin, end in self.visits if begin <= self.clock.now <= end}
        answered = False
        for device in Device.objects.filter(contact__in=there).select_related("contact__site"):
            shown = popups.look(device).popup
            if shown:
                popup = Popup.objects.get(uid=shown["id"])
                answered |= popups.report(popup, device, popups.Report(self.answer))
                if self.answer == "allowed":
                    device.push_status = "allowed"
                    device.save()
                    a_subscription(device)
        return answered
