"""Why a contact entered a journey or did not, and what happened inside."""

from datetime import datetime

from django.utils import timezone

from apps.accounts.models import Contact
from apps.journeys.explaining import entering, inside, occasions, sending
from apps.journeys.explaining.answers import Explanation, Gate
from apps.journeys.explaining.asking import MOST_WAYS, Asked, times
from apps.journeys.models import Enrolment, Journey, Refusal, Version

Entry, Name = Version.Entry, Refusal.Gate

__all__ = ["Explanation", "explain"]


def explain(journey: Journey, contact: Contact, *, at: datetime | None = None) -> Explanation:
    """Return why the contact could enter now or could not, what happened inside, and whether the
    next pushes would be sent; as of `at`, or now.

    Both are of one site, which the journey has loaded with its live version. A constant number of
    queries. Raises Contact.DoesNotExist when the contact is gone.
    """
    at = at or timezone.now()
    version = journey.live_version
    if version is None:
        words = "The journey was never published, so nobody enters it."
        return Explanation(at=at, version=None, can_enter=False, verdict=words)
    version.journey = journey
    ways = _ways(journey, contact)
    asked = Asked(journey=journey, version=version, contact=contact, at=at, ways=ways[:MOST_WAYS])
    refusal = Refusal.objects.filter(journey=journey, contact=contact).first()
    event, tried, chance = None, [], ""
    match version.entry_kind:
        case Entry.EVENT:
            tried, event = occasions.events(asked, refusal)
        case Entry.SCHEDULE:
            tried, chance = occasions.runs(asked, refusal)
        case Entry.SEGMENT:
            chance = occasions.segment(asked)
    gates = entering.answers(asked, event=event)
    closed = _first_closed(gates, asked)
    return Explanation(
        at=at,
        version=version.number,
        can_enter=closed is None,
        verdict=_verdict(version, closed),
        gates=gates,
        refusal=_refused(asked, refusal),
        occasions=tried,
        next_chance=chance,
        ways=inside.ways(asked),
        has_more_ways=len(ways) > MOST_WAYS,
        sending=sending.next_pushes(asked),
    )


def _ways(journey: Journey, contact: Contact) -> list[Enrolment]:
    """Return the latest ones, one more than are shown."""
    rows = Enrolment.objects.filter(journey=journey, contact=contact)
    rows = rows.select_related("version", "step").order_by("-entered_at", "-pk")
    return list(rows[: MOST_WAYS + 1])


def _first_closed(gates: list[Gate], asked: Asked) -> Gate | None:
    """Return what keeps the contact out; the properties of an event are those of one to come."""
    closed = [gate for gate in gates if not gate.is_met and gate.name != Name.EVENT]
    drawn = [gate for gate in closed if gate.name == Name.CONTROL]
    # A row of their own says that they were kept out, which is no time in.
    if drawn and all(way.is_control for way in asked.ways):
        closed = [gate for gate in closed if gate.name != Name.REENTRY]
    return closed[0] if closed else None


def _verdict(version: Version, closed: Gate | None) -> str:
    if closed:
        return f"Could not enter now: {Name(closed.name).label}."
    how = {
        Entry.EVENT: f"by the event “{version.entry_event}”",
        Entry.SEGMENT: "by meeting the rule",
        Entry.SCHEDULE: "at the next run",
        Entry.CALL: "by the API or by another journey",
    }
    return f"Could enter now, {how[Entry(version.entry_kind)]}."


def _refused(asked: Asked, refusal: Refusal | None) -> str:
    if refusal is None:
        return ""
    often, last = times(refusal.times), asked.when(refusal.at)
    return f"Refused {often}, last on {last}: {refusal.get_gate_display()}."
