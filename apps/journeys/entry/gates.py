"""The gates of a version: who may come in at a moment, and what keeps out who may not.

Each is a condition on Contact and asked in the order of `Refusal.Gate`, of a set of contacts in
one query. What is the same for everybody is answered here, without asking the database.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import (
    BooleanField,
    Case,
    Count,
    Exists,
    Expression,
    F,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThanOrEqual, LessThan

from apps.accounts.id_lists import listed
from apps.accounts.models import Contact
from apps.journeys.models import Enrolment, Journey, Refusal, Version
from apps.journeys.models.enrolments import EnrolmentQuerySet
from apps.journeys.primitives import chance
from apps.segments import catalogue, rules

# The ids of contacts: after the first, up to the second, or all after it.
Between = tuple[int, int | None]
Gate = Refusal.Gate
Reentry = Version.Reentry
NOBODY = Q(pk__isnull=True)

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How candidates stand: who may come in, as which time, and who may not for which gate."""

    allowed: dict[int, int] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)


def ask(
    version: Version,
    candidates: QuerySet[Contact],
    *,
    at: datetime,
    among: Sequence[int] | None = None,
    heard: Iterable[int] | None = None,
    between: Between | None = None,
) -> Standing:
    """Return how the candidates stand at the gates of the version, in one query.

    With `among` (the candidates' ids, few) the rule is asked as well; without it they are known
    to meet it. `heard` are those whose event had the properties asked for; None: all of them.
    `between` bounds the ids of candidates who are many, so that only their enrolments are read.
    The total cap is not asked here: who is let in together counts (apps.journeys.entry.admitting).
    """
    asked = list(_gates(version, at, enrolments(between), among=among, heard=heard))
    rows = candidates.order_by().annotate(_gate=_first_closed(asked), _times=times(version))
    standing = Standing()
    for pk, gate, before in rows.values_list("pk", "_gate", "_times"):
        if gate:
            standing.refused[pk] = gate
        else:
            standing.allowed[pk] = before + 1
    return standing


def of(version: Version, *, at: datetime, among: Sequence[int]) -> list[tuple[Gate, Q]]:
    """Return the gates that the version has, in order, each with who passes it of `among`."""
    return list(_gates(version, at, enrolments(None), among=among, heard=None))


def in_control_group(version: Version) -> Q:
    """Return who is kept out for comparison: always the same contacts of a journey."""
    drawn = chance.expression("pk", control_seed(version.journey_id))
    return Q(LessThan(drawn, Value(version.control_percent * chance.PARTS // 100)))


def control_seed(journey_id: int) -> str:
    """Return under which seed the journey draws its control group."""
    return f"{journey_id}:control"


def times(version: Version) -> Expression:
    """Return how often the contact has been in so far, as an expression on Contact."""
    if version.reentry == Reentry.ONCE:
        return Value(0)
    numbers = _times_in(version).order_by().values("contact").annotate(n=Max("number"))
    return Coalesce(Subquery(numbers.values("n"), output_field=IntegerField()), 0)


def _first_closed(asked: list[tuple[Gate, Q]]) -> Expression:
    """Return the name of the first gate that is closed; empty where all are open. Nested, so
    that what is unknown is closed."""
    answer: Expression = Value("")
    for gate, passes in reversed(asked):
        answer = Case(When(passes, then=answer), default=Value(gate.value))
    return answer


def _gates(
    version: Version,
    at: datetime,
    known: EnrolmentQuerySet,
    *,
    among: Sequence[int] | None,
    heard: Iterable[int] | None,
) -> Iterator[tuple[Gate, Q]]:
    journey = version.journey
    if journey.status != Journey.Status.ACTIVE or journey.is_held:
        yield Gate.NOT_ACTIVE, NOBODY
    if not is_within_dates(version, at):
        yield Gate.DATES, NOBODY
    if heard is not None:
        yield Gate.EVENT, Q(pk__in=listed(list(heard)))
    if among is not None and version.entry_rule:
        yield Gate.RULE, _meets_rule(version, at, among)
    yield from _reentry(version, at, known)
    if version.max_entries:
        yield Gate.MAX_ENTRIES, _has_entries_left(version, at)
    if version.excluded:
        yield Gate.EXCLUDED, ~_exists(known.inside().filter(journey__in=version.excluded))
    if version.control_percent:
        yield Gate.CONTROL, ~in_control_group(version)


def is_within_dates(version: Version, at: datetime) -> bool:
    """Return whether the version's dates let anybody in at that moment."""
    return not (
        (version.starts_at and at < version.starts_at) or (version.ends_at and at > version.ends_at)
    )


def _meets_rule(version: Version, at: datetime, among: Sequence[int]) -> Q:
    context = catalogue.of_rule(version.entry_rule, version.journey.site)
    try:
        return rules.compile(version.entry_rule, context, among=among)
    except rules.Broken as broken:
        say_broken(version, broken)
        return NOBODY


def say_broken(version: Version, broken: rules.Broken) -> None:
    """Log that nobody enters: published when the rule could be asked, and what it names has
    changed since. The journey's page says so too."""
    log.error("Nobody enters %s: %s", version, " ".join(broken.messages))


def enrolments(between: Between | None) -> EnrolmentQuerySet:
    """Return the enrolments to look at: asked of many, PostgreSQL reads all there are at once."""
    known = Enrolment.objects.all()
    if between is None:
        return known
    after, end = between
    known = known.filter(contact__gt=after)
    return known.filter(contact__lte=end) if end else known


def _reentry(version: Version, at: datetime, known: EnrolmentQuerySet) -> Iterator[tuple[Gate, Q]]:
    of_journey = known.filter(journey=version.journey_id)
    match version.reentry:
        case Reentry.ONCE:
            yield Gate.REENTRY, ~_exists(of_journey)
        case Reentry.NOT_INSIDE:
            yield Gate.REENTRY, ~_exists(of_journey.inside())
        case Reentry.PAUSE:
            yield Gate.REENTRY, ~_exists(of_journey.inside())
            yield Gate.PAUSE, Q(_pause_is_over(version, at))


def _pause_is_over(version: Version, at: datetime) -> Expression:
    """Return whether the pause after the contact's last time is over, if there was one."""
    *growing, last = version.reentry_pauses
    cases = [
        When(number__lte=number, then=Value(at - timedelta(days=days)))
        for number, days in enumerate(growing, start=1)
    ]
    left_before = Case(*cases, default=Value(at - timedelta(days=last)))
    over = GreaterThanOrEqual(left_before, F("left_at"))
    latest = _times_in(version).order_by("-number").values(over=over)[:1]
    return Coalesce(Subquery(latest, output_field=BooleanField()), True)


def _has_entries_left(version: Version, at: datetime) -> Q:
    entries = _times_in(version)
    if version.max_entries_days:
        since = at - timedelta(days=version.max_entries_days)
        entries = entries.filter(entered_at__gt=since)
    counted = entries.order_by().values("contact").annotate(n=Count("pk")).values("n")
    so_far = Coalesce(Subquery(counted, output_field=IntegerField()), 0)
    return Q(LessThan(so_far, Value(version.max_entries)))


def _times_in(version: Version) -> EnrolmentQuerySet:
    """Return the contact's times in the journey; being kept out for comparison is none."""
    return Enrolment.objects.filter(
        journey=version.journey_id, contact=OuterRef("pk"), is_control=False
    )


def _exists(rows: EnrolmentQuerySet) -> Q:
    return Q(Exists(rows.filter(contact=OuterRef("pk"))))
