"""Who is behind a number on the picture of a journey: enrolments, a page at a time by their key."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.accounts import keys
from apps.journeys.models import CompiledStep, Enrolment, Journey, Visit
from apps.journeys.models.enrolments import EnrolmentQuerySet
from apps.journeys.numbers import periods
from apps.journeys.numbers.periods import Chosen

PAGE = 50
ENTERED, WAITING, FAILED, LEFT, OTHERWISE = "entered", "waiting", "failed", "left", "otherwise"
INSIDE, CONTROL, CONVERTED, ELSEWHERE = "inside", "control", "converted", "elsewhere"
OF_STEP = {
    ENTERED: "came to",
    WAITING: "waits now at",
    FAILED: "is parked after errors at",
    LEFT: "left",
    OTHERWISE: "left otherwise from",
}
OF_JOURNEY = {
    ENTERED: "entered",
    INSIDE: "is inside now",
    CONTROL: "is in the control group",
    CONVERTED: "reached the goal",
    ELSEWHERE: "stands at steps that are not in the draft",
}
NOW = (WAITING, FAILED, INSIDE, ELSEWHERE)


@dataclass(kw_only=True)
class Who:
    """Whom a number counts. `step` and `outcome` are empty where it is one of the journey;
    `steps` are the ids of the step in all versions that were chosen, `drawn` the keys of the
    draft."""

    journey: Journey
    what: str
    step: str = ""
    outcome: str = ""
    chosen: Chosen
    steps: list[int] = field(default_factory=list)
    name: str = ""
    label: str = ""
    drawn: set[str] = field(default_factory=set)

    @property
    def query(self) -> dict[str, str]:
        asked = {"step": self.step, "what": self.what, "outcome": self.outcome}
        return {**{name: text for name, text in asked.items() if text}, **self.chosen.query}

    @property
    def words(self) -> str:
        if not self.step:
            return f"Who {OF_JOURNEY[self.what]}"
        by = f" by “{self.label}”" if self.what == LEFT else ""
        return f"Who {OF_STEP[self.what]} “{self.name}”{by}"

    @property
    def is_now(self) -> bool:
        return self.what in NOW

    def rows(self) -> EnrolmentQuerySet:
        """Return the enrolments, each once."""
        rows = Enrolment.objects.filter(journey=self.journey)
        if self.chosen.version:
            rows = rows.filter(version=self.chosen.version)
        return self._of_step(rows) if self.step else self._of_journey(rows)

    def _of_journey(self, rows: EnrolmentQuerySet) -> EnrolmentQuerySet:
        if self.what == INSIDE:
            return rows.inside()
        if self.what == ELSEWHERE:
            return rows.inside().exclude(step__key__in=self.drawn)
        rows = rows.filter(_in(self.chosen, "entered_at"), is_control=self.what == CONTROL)
        return rows.filter(converted_at__isnull=False) if self.what == CONVERTED else rows

    def _of_step(self, rows: EnrolmentQuerySet) -> EnrolmentQuerySet:
        here = Q(step__in=self.steps)
        if self.what in (WAITING, FAILED):
            # By what the index knows: those without a time at which they are due are few.
            is_failed = Q(state=Enrolment.State.FAILED, due_at=None)
            return rows.inside().filter(here, is_failed if self.what == FAILED else ~is_failed)
        visits = Visit.objects.filter(enrolment=OuterRef("pk"), step__in=self.steps)
        # Whoever is moved to another version keeps the visits of the old one.
        rows = Enrolment.objects.filter(journey=self.journey)
        if self.what == ENTERED:
            came = visits.filter(_in(self.chosen, "entered_at"))
            still = here & _in(self.chosen, "arrived_at") & Q(left_at=None)
            return rows.filter(Q(Exists(came)) | still, is_control=False)
        left = visits.filter(_in(self.chosen, "left_at"))
        if self.what == OTHERWISE:
            return rows.filter(Exists(left.filter(outcome__in=Enrolment.Exit.values)))
        return rows.filter(Exists(left.filter(outcome=self.outcome)))


def _in(chosen: Chosen, name: str) -> Q:
    found = Q()
    if chosen.since:
        found &= Q(**{f"{name}__gte": chosen.since})
    if chosen.until:
        found &= Q(**{f"{name}__lt": chosen.until})
    return found


def read(query: Mapping[str, Any], journey: Journey, drawn: set[str]) -> Who:
    """Return whom the address asks for; `drawn` are the keys of the draft's steps. Raises
    ValidationError in words. Two queries at most."""
    chosen = periods.read(query, journey)
    step, what = query.get("step", ""), query.get("what", "")
    outcome = query.get("outcome", "")[:40]
    is_text = f"{step}{outcome}".isprintable()
    if what not in (OF_STEP if step else OF_JOURNEY) or not is_text:
        raise ValidationError("There is no such number.")
    who = Who(journey=journey, what=what, chosen=chosen, drawn=drawn)
    if not step:
        return who
    compiled = CompiledStep.objects.filter(version__journey=journey, key=step)
    if chosen.version:
        compiled = compiled.filter(version=chosen.version)
    found = list(compiled.order_by("-version__number"))
    who.step, who.steps = step, [row.pk for row in found]
    who.name = found[0].name if found else "a step that was never published"
    if what == LEFT:
        labels = {name: label for row in reversed(found) for name, label in row.outcomes}
        who.outcome, who.label = outcome, labels.get(outcome, outcome)
    return who


@dataclass(frozen=True, kw_only=True)
class Page:
    """`following` is where the next page begins; empty at the end."""

    rows: list[Enrolment]
    following: str


def page(who: Who, begin: str = "") -> Page:
    """Return the enrolments that entered last, or those after where `begin` says. One query."""
    rows = list(_after(who.rows(), begin)[: PAGE + 1])
    more = rows[PAGE - 1 : PAGE] if len(rows) > PAGE else []
    return Page(rows=rows[:PAGE], following=_mark(more[0]) if more else "")


def everybody(who: Who, *, at_once: int = 2_000) -> Iterator[Enrolment]:
    """Yield all of them, so many in one query."""
    mark = ""
    while rows := list(_after(who.rows(), mark)[:at_once]):
        yield from rows
        mark = _mark(rows[-1])


def _mark(row: Enrolment) -> str:
    return f"{row.entered_at.timestamp():.6f}-{row.pk}"


def _after(rows: EnrolmentQuerySet, mark: str) -> QuerySet[Enrolment]:
    """In the order of the index of a journey's enrolments."""
    rows = rows.order_by("-entered_at", "-pk").select_related("contact", "step").defer("context")
    moment, _, number = mark.partition("-")
    pk = keys.read(number)
    if pk is None:
        return rows
    at = _moment(moment)
    if at is None:
        return rows
    # The first condition is what the index takes; the second leaves out those of that moment.
    return rows.filter(Q(entered_at__lt=at) | Q(entered_at=at, pk__lt=pk), entered_at__lte=at)


def _moment(text: str) -> datetime | None:
    try:
        seconds, _, micro = text.partition(".")
        whole = datetime.fromtimestamp(int(seconds), tz=UTC)
        return whole.replace(microsecond=int(micro[:6] or 0))
    except (ValueError, OverflowError, OSError):
        return None


def outcome_words(row: Enrolment) -> str:
    """Say where the enrolment is, or how it ended."""
    if row.is_control:
        return "Control group"
    return row.get_exit_reason_display() or row.get_state_display()
