"""What had to become of everybody, worked out without the engine, and what has."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator

from django.db.models import Sum

from apps.accounts.models import Contact, Event
from apps.delivery.models import Popup, Push
from apps.journeys.models import Call, Enrolment, PendingEvent, Tally, Visit
from tests.journeys.crash.flow import Person, World

ANY = "any"
# By kind of a step: how somebody has to leave it.
HAS_TO: dict[str, Callable[[Person], set[str]]] = {
    "wait": lambda person: {"done"},
    "check": lambda person: {"g"} if person.is_gold else {"none"},
    "tag": lambda person: {"done"},
    # By chance, and once: the way goes on as the visit says.
    "split": lambda person: {"a", "b"},
    "update": lambda person: {"done"},
    "track": lambda person: {"done"},
    # Who is first is chance; how many they are is not.
    "limit": lambda person: {"within", "beyond"},
    "push": lambda person: {"sent"} if person.has_device else {"unreachable"},
    "popup": lambda person: {"declined"} if person.answers else {"unseen"},
    "event": lambda person: {"timeout"},
    "webhook": lambda person: {"failed"},
    "start": lambda person: {"started"},
    "leave": lambda person: {"step"},
}


class Judge:
    """Reads everything once; `problems` says what is lost, doubled, stuck or miscounted."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.steps = {step.pk: step for step in world.journey.live_version.steps.all()}
        self.by_key = {step.key: step for step in self.steps.values()}
        ways = Enrolment.objects.filter(journey=world.journey)
        self.ways = {row.pk: row for row in ways.defer("journey").iterator()}
        self.visits: dict[int, list[Visit]] = defaultdict(list)
        for visit in Visit.objects.filter(step__in=self.steps).order_by("number").iterator():
            self.visits[visit.enrolment_id].append(visit)

    def problems(self) -> Iterator[str]:
        if Counter(way.contact_id for way in self.ways.values()) != Counter(
            list(self.world.people)
        ):
            yield "Not everybody has one way."
        for way in self.ways.values():
            yield from self._of_way(way)
        yield from self._of_effects()
        yield from self._of_numbers()
        stuck = PendingEvent.objects.count()
        if stuck:
            yield f"{stuck} events were not heard."

    def _of_way(self, way: Enrolment) -> Iterator[str]:
        person, visits = self.world.people[way.contact_id], self.visits[way.pk]
        if (way.state, way.exit_reason, way.visit) != ("left", "step", len(visits)):
            yield f"{way} is {way.state} ({way.exit_reason}), {way.errors} errors, at {way.visit}."
        due = self.world.first
        for number, visit in enumerate(visits, 1):
            step = self.steps[visit.step_id]
            allowed = HAS_TO[step.kind](person)
            if (visit.number, step) != (number, due) or visit.outcome not in allowed:
                yield f"{way}: {visit.number} {step} → {visit.outcome}, not {due} → {allowed}."
                return
            due = self.by_key.get(step.leads.get(visit.outcome, ""))
        if due is not None:
            yield f"{way} had to go on to {due}."

    def _keys(self, kind: str, outcome: str = "") -> Counter[str]:
        """The message keys of all visits at steps of the kind."""
        prefix = f"journey:{self.world.journey.pk}"
        return Counter(
            f"{prefix}:{visit.enrolment_id}:{visit.number}"
            for visits in self.visits.values()
            for visit in visits
            if self.steps[visit.step_id].kind == kind and outcome in ("", visit.outcome)
        )

    def _of_effects(self) -> Iterator[str]:
        pushed = Counter(Push.objects.values_list("key", flat=True))
        yield from _differ("pushes", self._keys("push", "sent"), pushed)
        shown = Counter(Popup.objects.values_list("key", flat=True))
        yield from _differ("popups", self._keys("popup"), shown)
        calls = Counter(
            f"journey:{self.world.journey.pk}:{enrolment}:{visit}"
            for enrolment, visit in Call.objects.values_list("enrolment", "visit")
        )
        yield from _differ("calls", self._keys("webhook"), calls)
        tracked = Counter(
            Event.objects.filter(name__name="went_by").values_list("contact", flat=True)
        )
        yield from _differ("events", self._contacts("track"), tracked)
        states = Contact.objects.filter(pk__in=Enrolment.objects.values("contact"))
        seen = Counter(
            {pk: state.get("seen", 0) for pk, state in states.values_list("pk", "state")}
        )
        yield from _differ("updates", self._contacts("update"), +seen)
        started = Enrolment.objects.exclude(journey=self.world.journey)
        started_by = Counter(started.values_list("contact", flat=True))
        yield from _differ("started", self._contacts("start"), started_by)
        within = self._keys("limit", "within").total()
        passed = self._keys("limit").total()
        if within != min(self.world.within, passed):
            yield f"The limit let {within} of {passed} on, not {self.world.within}."

    def _contacts(self, kind: str) -> Counter[int]:
        return Counter(
            self.ways[visit.enrolment_id].contact_id
            for visits in self.visits.values()
            for visit in visits
            if self.steps[visit.step_id].kind == kind
        )

    def _of_numbers(self) -> Iterator[str]:
        counted = Tally.objects.filter(step__in=self.steps).values("step", "outcome")
        sums = Counter(
            {
                (row["step"], row["outcome"]): row["n"]
                for row in counted.order_by().annotate(n=Sum("count"))
            }
        )
        every = [visit for visits in self.visits.values() for visit in visits]
        were = Counter((visit.step_id, visit.outcome) for visit in every)
        were += Counter((visit.step_id, "") for visit in every)
        yield from _differ("numbers", were, sums)


def _differ(what: str, expected: Counter, found: Counter) -> Iterator[str]:
    lost, doubled = expected - found, found - expected
    for word, difference in (("lost", lost), ("too many", doubled)):
        if difference:
            yield f"{what}: {difference.total()} {word}, such as {next(iter(difference))}."
