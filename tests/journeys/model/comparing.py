"""What became of everybody: as the engine has it, and as the reference does, in the same form."""

from typing import Any

from apps.accounts.models import Contact, Site
from apps.delivery.models import Popup, Push
from apps.journeys.models import Call, Enrolment, Journey, Refusal, Visit
from apps.journeys.models.message_keys import enrolment_and_visit
from tests.journeys.model.reference import Reference
from tests.journeys.model.state import Way

Found = dict[str, Any]
# What tells the ways of contacts apart; who comes in first by one event does not matter.
WAY = ("contact_id", "journey_id", "is_control", "number")
SAME = (
    *("path", "step", "visit", "state", "exit", "due", "entered", "arrived", "left"),
    *("converted", "tags", "chain"),
)


def of_engine(site: Site) -> Found:
    """Return it as the database has it."""
    rows = list(Enrolment.objects.filter(journey__site=site).select_related("step"))
    ways: dict[int, Way] = {row.pk: way_of(row) for row in rows}
    paths: dict[int, list[tuple[str, str]]] = {row.pk: [] for row in rows}
    visits = Visit.objects.filter(enrolment__in=paths).order_by("number")
    for pk, key, outcome in visits.values_list("enrolment", "step__key", "outcome"):
        paths[pk].append((key, outcome))
    journeys = Journey.objects.filter(site=site).exclude(live_version=None)
    refusals = Refusal.objects.filter(journey__site=site)
    calls = Call.objects.filter(enrolment__in=paths)
    return {
        "ways": {ways[row.pk]: _row(row) | {"path": paths[row.pk]} for row in rows},
        "journeys": {row.pk: (row.status, row.is_held) for row in journeys},
        "refusals": {(row.journey_id, row.contact_id): (row.gate, row.times) for row in refusals},
        "pushes": _messages(Push, ways),
        "popups": _messages(Popup, ways),
        "calls": {(ways[row.enrolment_id], row.visit): row.status for row in calls},
        "states": dict(Contact.objects.filter(site=site).values_list("pk", "state")),
    }


def of_reference(reference: Reference) -> Found:
    """Return it as the reference knows it."""
    return {
        "ways": {row["id"]: {name: row[name] for name in SAME} for row in reference.rows},
        "journeys": {
            pk: (row["status"], row["held_at"] is not None)
            for pk, row in reference.journeys.items()
        },
        "refusals": reference.refusals,
        "pushes": reference.pushes,
        "popups": {key: popup["status"] for key, popup in reference.popups.items()},
        "calls": {key: call["status"] for key, call in reference.calls.items()},
        "states": {pk: row["state"] for pk, row in reference.contacts.items()},
    }


def way_of(row: Enrolment) -> Way:
    return (row.contact_id, row.journey_id, row.is_control, row.number)


def _row(row: Enrolment) -> Found:
    return {
        "step": row.step.key,
        "visit": row.visit,
        "state": row.state,
        "exit": row.exit_reason,
        "due": row.due_at,
        "entered": row.entered_at,
        "arrived": row.arrived_at,
        "left": row.left_at,
        "converted": row.converted_at,
        "tags": row.context.get("journey", {}),
        "chain": row.context.get("chain", 0),
    }


def _messages(model: type[Push] | type[Popup], ways: dict[int, Way]) -> Found:
    found = {}
    for key, status in model.objects.values_list("key", "status"):
        enrolment, visit = enrolment_and_visit(key)
        found[ways[enrolment], visit] = status
    return found


def differences(ours: Found, theirs: Found) -> Found:
    """Return by key what is not alike: what is ours, and what is theirs."""
    return {
        key: _apart(ours.get(key), theirs.get(key))
        for key in ours.keys() | theirs.keys()
        if ours.get(key) != theirs.get(key)
    }


def _apart(our: Any, their: Any) -> Any:
    if isinstance(our, dict) and isinstance(their, dict):
        return differences(our, their)
    return our, their
