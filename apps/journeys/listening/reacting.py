"""What journeys do on events of contacts: lead on, count a success, let go, let in."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.utils import timezone

from apps.accounts.id_lists import listed
from apps.accounts.models import Event, Site
from apps.journeys import leaving
from apps.journeys.entry import by_event
from apps.journeys.models import CompiledStep, Enrolment, Trigger
from apps.journeys.models.enrolments import EnrolmentQuerySet
from apps.journeys.models.message_keys import enrolment_and_visit
from apps.journeys.primitives import chains, moving, triggers

Purpose, State = Trigger.Purpose, Enrolment.State

# What becomes of a popup, as outcome of the step that asked for it.
ANSWERS = {
    f"popup_{name}": name
    for name in ("allowed", "blocked", "dismissed", "clicked", "declined", "closed")
}

# How much later than it happened an event may be heard and still be of the present.
HEARD_WITHIN = timedelta(hours=1)

# Of an event that no step has tracked: by which enrolment, and how many journeys before it.
UNLED = (0, 0)

# By contact: what the one event of each is for some purpose.
Heard = dict[int, list[tuple[Trigger, Event]]]
# Which enrolment goes on by which outcome of which step, because of which event.
Way = tuple[Enrolment, CompiledStep, str, Event]


def answered(event: Event) -> tuple[int, int] | None:
    """Return the enrolment and the visit that asked for the popup which the event answers."""
    if event.name.name not in ANSWERS:
        return None
    return enrolment_and_visit(str(event.properties.get("key", "")))


def react(site: Site, events: list[Event]) -> list[int]:
    """Do what the journeys of `site` do on `events` of it, whose names and contacts are loaded.

    Works in the caller's transaction, a set at a time. Returns the enrolments that have come to
    a step by it.
    """
    reaction = Reaction(site, events)
    for events_of_round in rounds(events):
        reaction.take(events_of_round)
    return list(reaction.moved)


def rounds(events: list[Event]) -> Iterator[list[Event]]:
    """Give the first event of every contact, then the second: each contact's in their order."""
    following: dict[int, list[Event]] = defaultdict(list)
    for event in sorted(events, key=lambda row: (row.at, row.pk)):
        following[event.contact_id].append(event)
    for number in range(max(map(len, following.values()), default=0)):
        yield [own[number] for own in following.values() if number < len(own)]


class Reaction:
    """What is done on the events of one site, and who has moved by it so far."""

    def __init__(self, site: Site, events: list[Event]) -> None:
        self.site, self.now = site, timezone.now()
        self.moved: dict[int, None] = {}
        # By enrolment: the event that has led it on last.
        self._led_by: dict[int, int] = {}
        self._kept_out: set[int] = set()
        self._triggers: dict[tuple[str, str], list[Trigger]] = defaultdict(list)
        heard = triggers.that_matter(site.pk, events)
        for row in heard:
            self._triggers[row.purpose, row.event].append(row)
        # Which events enter, apps.journeys.entry asks itself: it writes down who was refused.
        self._met = triggers.met((r for r in heard if r.purpose != Purpose.ENTRY), events, site)
        self._behind = chains.behind(events)

    def take(self, events: list[Event]) -> None:
        """Take one event of each contact. Who leaves on an event may enter anew by it."""
        self._answer(events)
        self._lead_on(events)
        self._count_goals(events)
        self._let_go(events)
        self._let_in(events)

    def _by_contact(self, purpose: str, events: list[Event]) -> Heard:
        found: Heard = {}
        for event in events:
            for trigger in self._triggers[purpose, event.name.name]:
                if event.pk in self._met[trigger.pk]:
                    found.setdefault(event.contact_id, []).append((trigger, event))
        return found

    def _answer(self, events: list[Event]) -> None:
        asked = {found: event for event in events if (found := answered(event))}
        if not asked:
            return
        rows = Enrolment.objects.filter(pk__in=listed([pk for pk, _ in asked]), state=State.WAITING)
        # Their steps apart: who is moved to another version at this moment would match no more.
        held = list(_held(rows))
        steps = CompiledStep.objects.in_bulk({row.step_id for row in held})
        ways = [
            (row, steps[row.step_id], ANSWERS[event.name.name], event)
            for row in held
            if (event := asked.get((row.pk, row.visit)))
        ]
        self._go(ways)

    def _lead_on(self, events: list[Event]) -> None:
        wanted = self._by_contact(Purpose.STEP, events)
        ways: list[Way] = []
        # Not asked for the step: who is coming to it at this moment is waited for, and seen.
        for row in _held(_of(wanted).inside().exclude(state=State.FAILED)):
            for trigger, event in wanted[row.contact_id]:
                if trigger.step_id == row.step_id and self._waited_for(event, row):
                    row.context = {**row.context, "event": event.properties}
                    row.context = chains.linked(row.context, self._behind.get(event.pk, UNLED)[1])
                    ways.append((row, trigger.step, trigger.outcome, event))
                    break
        self._go(ways)

    def _count_goals(self, events: list[Event]) -> None:
        goals = self._by_contact(Purpose.GOAL, events)
        reached, leaving_by_it = [], []
        for row in _held(_of(goals).filter(converted_at=None)):
            for trigger, event in goals[row.contact_id]:
                end = row.entered_at + timedelta(hours=trigger.version.goal_hours)
                if (
                    trigger.version_id == row.version_id
                    and self._came_before(event, row, row.entered_at)
                    and event.at <= end
                ):
                    row.converted_at = max(event.at, row.entered_at)
                    reached.append(row)
                    if trigger.version.exits_on_goal:
                        leaving_by_it.append(row.pk)
        Enrolment.objects.bulk_update(reached, ["converted_at"], batch_size=500)
        self._leave(leaving_by_it, Enrolment.Exit.GOAL)

    def _let_go(self, events: list[Event]) -> None:
        exits = self._by_contact(Purpose.EXIT, events)
        ids = [
            row.pk
            for row in _held(_of(exits).inside().defer("context"))
            for trigger, event in exits[row.contact_id]
            if trigger.version_id == row.version_id
            and self._came_before(event, row, row.entered_at)
        ]
        self._leave(ids, Enrolment.Exit.EVENT)

    def _let_in(self, events: list[Event]) -> None:
        entering = [row for row in events if self._triggers[Purpose.ENTRY, row.name.name]]
        known = self._of_control_groups(entering)
        # As it was when all of these were heard: an earlier one may have led on who tracked this.
        links = {pk: chain for pk, (_, chain) in self._behind.items()}
        new = by_event.enter(self.site.pk, entering, links) if entering else []
        kept_out = self._of_control_groups(entering) - known
        at = {event.contact_id: event.at for event in entering}
        moments = ["entered_at", "arrived_at", "left_at"]
        came = Enrolment.objects.filter(pk__in=listed([*new, *kept_out]))
        rows = list(came.only("contact_id", *moments))
        # They came in when it happened, and not when it was heard: what followed meanwhile counts,
        # and that of those who are compared with them as well.
        # What happened long ago is a file or a system's own history: those come in now.
        for row in rows:
            happened = at[row.contact_id]
            late = self.now - happened > HEARD_WITHIN
            row.entered_at = row.arrived_at = self.now if late else min(happened, self.now)
            if row.pk in kept_out:
                row.left_at = row.entered_at
        changed = moments if kept_out else moments[:2]
        Enrolment.objects.bulk_update(rows, changed, batch_size=500)
        self.moved |= dict.fromkeys(new)
        self._kept_out |= kept_out

    def _of_control_groups(self, entering: list[Event]) -> set[int]:
        """Return the rows of those contacts who are kept out for comparison."""
        names = {event.name.name for event in entering}
        entries = [row for name in names for row in self._triggers[Purpose.ENTRY, name]]
        if not any(row.version.control_percent for row in entries):
            return set()
        contacts = listed([event.contact_id for event in entering])
        rows = Enrolment.objects.filter(contact__in=contacts, is_control=True)
        return set(rows.values_list("pk", flat=True))

    def _came_before(self, event: Event, row: Enrolment, since: datetime) -> bool:
        """Whether the contact was there, `since` then, when the event happened; who has come by
        an earlier event of this batch was."""
        return since <= event.at or row.pk in self.moved or row.pk in self._kept_out

    def _waited_for(self, event: Event, row: Enrolment) -> bool:
        """Not what the same way has tracked itself: it would go round without time passing; and
        not the answer that has led it here."""
        tracked_by = self._behind.get(event.pk, UNLED)[0]
        if tracked_by == row.pk or self._led_by.get(row.pk) == event.pk:
            return False
        return self._came_before(event, row, row.arrived_at)

    def _leave(self, ids: list[int], reason: Enrolment.Exit) -> None:
        if ids:
            leaving.leave(Enrolment.objects.filter(pk__in=listed(ids)), reason)

    def _go(self, ways: list[Way]) -> None:
        together: dict[tuple[CompiledStep, str], list[int]] = defaultdict(list)
        for row, step, outcome, _ in ways:
            together[step, outcome].append(row.pk)
        for (step, outcome), ids in together.items():
            moving.lead_on(step, ids, outcome, at=self.now)
        # They go on when it happened, and not when it was heard: what followed meanwhile counts.
        on = [(row, event) for row, step, outcome, event in ways if outcome in step.leads]
        for row, event in on:
            row.arrived_at = min(self.now, max(row.arrived_at, event.at))
            chain = self._behind.get(event.pk, UNLED)[1]
            row.due_at = chains.due(chain, self.now) or self.now
        rows = [row for row, _ in on]
        Enrolment.objects.bulk_update(rows, ["arrived_at", "due_at", "context"], batch_size=500)
        self.moved |= dict.fromkeys(row.pk for row in rows)
        self._led_by |= {row.pk: event.pk for row, event in on}


def _of(heard: Heard) -> EnrolmentQuerySet:
    versions = {trigger.version_id for pairs in heard.values() for trigger, _ in pairs}
    return Enrolment.objects.filter(contact__in=listed(heard), version__in=versions)


def _held(rows: EnrolmentQuerySet) -> EnrolmentQuerySet:
    return rows.order_by("pk").select_for_update(of=("self",))
