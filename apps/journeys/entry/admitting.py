"""Letting contacts in: the one verb behind every way into a journey.

Who may is asked at the gates; then all of them are written at once. What two do at the same time
the constraints of Enrolment settle: the same never makes a contact enter twice.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, partial
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import CharField, DateTimeField, Exists, F, JSONField, OuterRef, QuerySet
from django.db.models import Value as Constant
from django.db.models.functions import Cast

from apps.accounts.id_lists import listed, one_of
from apps.accounts.inserting import insert_from
from apps.accounts.models import Contact
from apps.journeys.entry import capping, gates, refusing
from apps.journeys.models import Call, CompiledStep, Enrolment, Refusal, Version
from apps.journeys.models.withdrawing import withdraw_messages
from apps.journeys.primitives import moving

Gate = Refusal.Gate
Reentry = Version.Reentry
CONTROL_KEY = "control"
# By contact: what makes it enter (empty: its number of times), and what tags may name then.
Contexts = Mapping[int, tuple[str, dict[str, Any]]]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What is the same for contacts who come in together.

    `key` says what makes them enter; empty: their number of times. `due_at` is when the engine
    looks at them first; None: at once.
    """

    version: Version
    at: datetime
    key: str = ""
    context: dict[str, Any] = field(default_factory=dict)
    due_at: datetime | None = None

    @cached_property
    def step(self) -> CompiledStep:
        step = self.version.steps.first()
        assert step, "a version has steps"
        return step

    @property
    def is_single(self) -> bool:
        return self.version.reentry != Reentry.EVERY


def admit(
    entry: Entry,
    candidates: QuerySet[Contact],
    *,
    among: Collection[int] | None = None,
    between: gates.Between | None = None,
) -> int:
    """Let those of the candidates in who may, with one context for all; returns how many entered.

    With `among` (their ids, few) the version's rule is asked too; without it they meet it, and
    `between` bounds the ids of many.
    """
    if entry.key:
        same = gates.enrolments(between)
        same = same.filter(journey=entry.version.journey_id, entry_key=entry.key)
        candidates = candidates.exclude(Exists(same.filter(contact=OuterRef("pk"))))
    ask = partial(gates.ask, entry.version, candidates, at=entry.at, among=among, between=between)
    return _let_in(entry, ask, lambda allowed: _insert(entry, allowed), key_of=lambda _: entry.key)


def admit_each(
    entry: Entry, contexts: Contexts, *, heard: Collection[int] | None = None
) -> list[int]:
    """Let in who may of the contacts in `contexts`, each with its own; returns the ids of the
    new enrolments.

    `heard` are those whose event had the properties asked for; None: all.
    """
    new: list[int] = []

    def write(allowed: dict[int, int]) -> int:
        new.extend(_create(entry, allowed, contexts))
        return len(new)

    candidates = Contact.objects.filter(pk__in=listed(contexts))
    _let_in(
        entry,
        partial(
            gates.ask, entry.version, candidates, at=entry.at, among=list(contexts), heard=heard
        ),
        write,
        key_of=lambda pk: contexts[pk][0],
    )
    return new


@transaction.atomic
def _let_in(
    entry: Entry,
    ask: Callable[[], gates.Standing],
    write: Callable[[dict[int, int]], int],
    *,
    key_of: Callable[[int], str],
) -> int:
    version = entry.version
    capping.hold(version)
    standing = ask()
    allowed, refused = standing.allowed, standing.refused
    room = capping.room(version)
    if room is not None:
        for pk in sorted(allowed)[room:]:
            refused[pk] = Gate.TOTAL_CAP
            del allowed[pk]
    _keep_out(entry, refused)
    refusing.record(version.journey_id, refused, at=entry.at)
    entered = 0
    if allowed:
        if version.reentry == Reentry.RESTART:
            _end_ways(version, {pk: key_of(pk) or str(allowed[pk]) for pk in allowed})
        entered = write(allowed)
    if entered:
        moving.count(entry.step, entered, at=entry.at)
    if room is not None:
        capping.use(version, entered, room)
    return entered


def _insert(entry: Entry, allowed: Collection[int]) -> int:
    number = gates.times(entry.version) + 1
    columns = _columns(entry) | {
        "number": number,
        "entry_key": Constant(entry.key) if entry.key else Cast(number, CharField()),
        "state": Constant(Enrolment.State.READY),
        "exit_reason": Constant(""),
        "is_control": Constant(False),
        "due_at": Constant(entry.due_at or entry.at, output_field=DateTimeField()),
    }
    try:
        # Looking for conflicts takes as long as writing, and nearly always there is none.
        return insert_from(Enrolment, _rows(allowed), columns)
    except IntegrityError:
        return insert_from(Enrolment, _rows(allowed), columns, ignore_conflicts=True)


def _create(entry: Entry, allowed: Mapping[int, int], contexts: Contexts) -> list[int]:
    version = entry.version
    keys = {pk: contexts[pk][0] or str(number) for pk, number in allowed.items()}
    Enrolment.objects.bulk_create(
        (
            Enrolment(
                journey_id=version.journey_id,
                version=version,
                contact_id=pk,
                step=entry.step,
                number=allowed[pk],
                entry_key=keys[pk],
                is_single=entry.is_single,
                entered_at=entry.at,
                arrived_at=entry.at,
                due_at=entry.due_at or entry.at,
                context=contexts[pk][1],
            )
            for pk in sorted(allowed)
        ),
        ignore_conflicts=True,
    )
    entered = Enrolment.objects.filter(version=version, contact__in=listed(allowed))
    # Those of this moment: what somebody else wrote in the meantime is theirs to move. And by
    # what made them enter: the same contact may have come in by something else at this moment.
    rows = entered.filter(entered_at=entry.at, left_at=None)
    new = rows.values_list("pk", "contact", "entry_key")
    return [pk for pk, contact, key in new if key == keys[contact]]


def _keep_out(entry: Entry, refused: dict[int, str]) -> None:
    """Write down, once ever, who of the control group would have entered; they are compared by
    the goal. Takes those out of `refused`: a row of their own says what became of them."""
    drawn = [pk for pk, gate in refused.items() if gate == Gate.CONTROL]
    if not drawn:
        return
    journey_id = entry.version.journey_id
    known = Enrolment.objects.filter(journey=journey_id, contact__in=listed(drawn), is_control=True)
    fresh = set(drawn) - set(known.values_list("contact", flat=True))
    columns = _columns(entry) | {
        "number": gates.times(entry.version) + 1,
        "entry_key": Constant(CONTROL_KEY),
        "state": Constant(Enrolment.State.LEFT),
        "exit_reason": Constant(Enrolment.Exit.CONTROL),
        "is_control": Constant(True),
        "left_at": Constant(entry.at, output_field=DateTimeField()),
    }
    if fresh:
        insert_from(Enrolment, _rows(fresh), columns, ignore_conflicts=True)
    for pk in fresh:
        del refused[pk]


def _end_ways(version: Version, keys: Mapping[int, str]) -> None:
    """Let those who are inside leave, because they start anew; what nobody has seen yet of what
    their way has asked for is withdrawn.

    `keys` says by contact what makes them enter. Who is inside by the same has been let in a
    moment ago by somebody else: ending that would leave nobody inside.
    """
    inside = Enrolment.objects.inside().filter(journey=version.journey_id, contact__in=listed(keys))
    inside = inside.order_by("pk").select_for_update(of=("self",))
    rows = inside.values_list("pk", "journey", "contact", "entry_key")
    held = [row[:3] for row in rows if row[3] != keys[row[2]]]
    if held:
        ids = [pk for pk, _, _ in held]
        Enrolment.objects.filter(pk__in=listed(ids)).leave(Enrolment.Exit.RESTARTED)
        withdraw_messages(held)
        Call.objects.withdraw_of(ids)


def _rows(contact_ids: Collection[int]) -> QuerySet[Contact]:
    # In one order, so that of two who write the same one waits, and neither blocks.
    return Contact.objects.filter(one_of("pk", contact_ids)).order_by("pk")


def _columns(entry: Entry) -> dict[str, Any]:
    version, at = entry.version, Constant(entry.at, output_field=DateTimeField())
    return {
        "journey": Constant(version.journey_id),
        "version": Constant(version.pk),
        "contact": F("pk"),
        "step": Constant(entry.step.pk),
        "is_single": Constant(entry.is_single),
        "visit": Constant(1),
        "errors": Constant(0),
        "arrived_at": at,
        "entered_at": at,
        "context": Constant(entry.context, output_field=JSONField()),
    }
