"""Could the contact enter now? Each gate with its answer, in the order in which they are asked."""

from collections.abc import Callable
from datetime import timedelta

from django.db.models import BooleanField, Case, Q, Value, When

from apps.accounts.models import Contact
from apps.journeys.entry import capping, gates
from apps.journeys.explaining.answers import Gate
from apps.journeys.explaining.asking import Asked, counted, ordinal, times
from apps.journeys.models import Enrolment, Journey, Refusal, Version
from apps.segments import catalogue, rules
from apps.segments import explaining as segments
from apps.segments.explaining import Answer

Name = Refusal.Gate
Reentry = Version.Reentry
# What a gate asks, what was found, and whether the journey has it.
Found = tuple[str, str, bool]


def answers(asked: Asked, *, event: Gate | None) -> list[Gate]:
    """Return every gate of the version, also those that it has not; `event` is that of the
    properties of the entry's event, already answered. A constant number of queries."""
    met = _met(asked)
    found = []
    for name in Name:
        if name == Name.EVENT:
            found.append(event or _gate(name, ("No event lets contacts in", "", False), True))
        elif name == Name.RULE:
            found.append(_rule(asked, met.get(name, True)))
        elif name == Name.TOTAL_CAP:
            found.append(_total(asked))
        else:
            found.append(_gate(name, WORDS[name](asked), met.get(name, True)))
    return found


def _met(asked: Asked) -> dict[str, bool]:
    """Return what the gates themselves say, all in one query."""
    pk = asked.contact.pk
    asked_of = gates.of(asked.version, at=asked.at, among=[pk])
    rows = Contact.objects.filter(pk=pk).annotate(
        **{
            f"met_{number}": Case(
                When(passes or Q(pk__isnull=False), then=Value(True)),
                default=Value(False),
                output_field=BooleanField(),
            )
            for number, (_, passes) in enumerate(asked_of)
        }
    )
    row = rows.get()
    met: dict[str, bool] = {}
    for number, (name, _) in enumerate(asked_of):
        met[name] = met.get(name, True) and getattr(row, f"met_{number}")
    return met


def _gate(name: str, words: Found, is_met: bool, rule: Answer | None = None) -> Gate:
    asked, found, is_asked = words
    return Gate(name=name, asked=asked, is_met=is_met, found=found, is_asked=is_asked, rule=rule)


def _rule(asked: Asked, is_met: bool) -> Gate:
    version = asked.version
    if not version.entry_rule:
        return _gate(Name.RULE, ("Everybody: there is no rule", "", False), True)
    context = catalogue.of_site(asked.journey.site)
    words = f"For contacts who: {rules.describe(version.entry_rule, context)}"
    try:
        tree = segments.explain(version.entry_rule, asked.contact, context)
    except rules.Broken as broken:
        return _gate(Name.RULE, (words, f"The rule is broken: {broken.messages[0]}", True), False)
    found = "meets it" if is_met else "does not meet it"
    return _gate(Name.RULE, (words, found, True), is_met, tree)


def _active(asked: Asked) -> Found:
    journey = asked.journey
    found = f"is {journey.get_status_display().partition(':')[0].lower()}"
    if journey.pause_reason and journey.status == Journey.Status.PAUSED:
        found += f": {journey.pause_reason}"
    if journey.is_held:
        found += f", and held since {asked.when(journey.held_at)}" if journey.held_at else ", held"
    return "The journey lets contacts in", found, True


def _dates(asked: Asked) -> Found:
    version = asked.version
    if not (version.starts_at or version.ends_at):
        return "At any date", "", False
    since = f" from {asked.when(version.starts_at)}" if version.starts_at else ""
    until = f" until {asked.when(version.ends_at)}" if version.ends_at else ""
    return f"Only{since}{until}", f"it is {asked.when(asked.at)}", True


def _reentry(asked: Asked) -> Found:
    version = asked.version
    words = f"May enter: {version.get_reentry_display().lower()}"
    return words, _before(asked), version.reentry not in (Reentry.EVERY, Reentry.RESTART)


def _before(asked: Asked) -> str:
    if not asked.ways:
        return "has never been in"
    inside = next((way for way in asked.ways if way.left_at is None), None)
    last = inside or asked.ways[0]
    if last.is_control:
        return f"was kept out as control group since {asked.when(last.entered_at)}"
    if inside:
        since = asked.when(last.entered_at)
        return f"has been inside since {since}, for the {ordinal(last.number)} time"
    why = last.get_exit_reason_display().lower()
    return f"was in from {asked.when(last.entered_at)} to {asked.when(last.left_at)}: {why}"


def _pause(asked: Asked) -> Found:
    version = asked.version
    if version.reentry != Reentry.PAUSE:
        return "No pause between two times", "", False
    days = ", ".join(map(str, version.reentry_pauses))
    words = f"A pause between two times of {days} days"
    own = [way for way in asked.ways if not way.is_control]
    last = max(own, key=lambda way: way.number, default=None)
    if last is None:
        return words, "has never been in", True
    if last.left_at is None:
        return words, "is inside", True
    pauses = version.reentry_pauses
    pause = pauses[min(last.number, len(pauses)) - 1]
    over = last.left_at + timedelta(days=pause)
    state = "is over" if over > asked.at else "was over"
    left, days = asked.when(last.left_at), counted(pause, "day")
    return words, f"left on {left}; the pause of {days} {state} on {asked.when(over)}", True


def _max_entries(asked: Asked) -> Found:
    version = asked.version
    if not version.max_entries:
        return "As often as it happens", "", False
    rows = Enrolment.objects.filter(journey=asked.journey, contact=asked.contact, is_control=False)
    within = ""
    if version.max_entries_days:
        within = f" within {counted(version.max_entries_days, 'day')}"
        rows = rows.filter(entered_at__gt=asked.at - timedelta(days=version.max_entries_days))
    words = f"At most {times(version.max_entries)}{within}"
    return words, f"entered {rows.count():,} of {version.max_entries:,} allowed times", True


def _excluded(asked: Asked) -> Found:
    ids = asked.version.excluded
    if not ids:
        return "Whatever other journeys the contact is inside", "", False
    names = dict(Journey.objects.filter(pk__in=ids).values_list("pk", "name"))
    inside = Enrolment.objects.inside().filter(contact=asked.contact, journey__in=ids)
    rows = inside.order_by("entered_at").values_list("journey", "entered_at")
    words = "Not while inside " + " or ".join(
        f"“{names.get(pk, 'one that is gone')}”" for pk in ids
    )
    found = [f"inside “{names[pk]}” since {asked.when(at)}" for pk, at in rows[:5]]
    return words, ", ".join(found) or "is inside none of them", True


def _control(asked: Asked) -> Found:
    version = asked.version
    if not version.control_percent:
        return "There is no control group", "", False
    is_drawn = Contact.objects.filter(gates.in_control_group(version), pk=asked.contact.pk)
    found = "drawn into the control group" if is_drawn.exists() else "not drawn"
    words = f"A control group of {version.control_percent} % is kept out, always the same contacts"
    return words, found, True


def _total(asked: Asked) -> Gate:
    most = asked.version.total_cap
    if not most:
        return _gate(Name.TOTAL_CAP, ("As many contacts as come", "", False), True)
    used = capping.used(asked.version)
    words = (f"At most {most:,} altogether", f"{used:,} of {most:,} have entered", True)
    return _gate(Name.TOTAL_CAP, words, used < most)


WORDS: dict[str, Callable[[Asked], Found]] = {
    Name.NOT_ACTIVE: _active,
    Name.DATES: _dates,
    Name.REENTRY: _reentry,
    Name.PAUSE: _pause,
    Name.MAX_ENTRIES: _max_entries,
    Name.EXCLUDED: _excluded,
    Name.CONTROL: _control,
}
