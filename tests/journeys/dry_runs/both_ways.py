"""A draft through the same days both ways, as numbers that must be the same."""

from collections import Counter
from typing import Any
from zoneinfo import ZoneInfo

from apps.delivery.models import Popup, Push
from apps.journeys.models import Enrolment, Journey, Refusal, Visit
from apps.journeys.models.message_keys import campaign
from apps.journeys.primitives import local_time
from tests.journeys.authoring import a_draft
from tests.journeys.dry_runs.living import Days
from tests.journeys.dry_runs.trying import tried

EVERYBODY = {"all": [{"field": "language", "op": "is_not", "value": "xx"}]}
GERMAN = {"all": [{"field": "language", "op": "is", "value": "de"}]}

Numbers = dict[str, Any]


def a_present(site, **terms):
    """A draft that everybody enters at once."""
    return a_draft(site, entry_kind="segment", members="present", entry_rule=EVERYBODY, **terms)


def both(journey: Journey, days: Days, **given: Any) -> tuple[Numbers, Numbers]:
    """Return what a dry run expects of the days, and what the engine then does."""
    expects = expected(tried(journey, now=days.begin, days=days.days, **given))
    days.live()
    return expects, lived(journey)


def compare(journey: Journey, days: Days, **given: Any) -> Numbers:
    """Go both ways through the days; returns the numbers, which are the same."""
    expects, lives = both(journey, days, **given)
    assert expects == lives
    return lives


def lived(journey: Journey) -> Numbers:
    """Return what the engine has written, as numbers of a dry run."""
    rows = list(Enrolment.objects.filter(journey=journey, is_control=False))
    zone = ZoneInfo(journey.site.time_zone)
    steps, not_sent = _steps(journey, rows)
    sent = {
        push.key: push for push in Push.objects.filter(campaign=campaign(journey.pk)).order_by("pk")
    }.values()
    zones = local_time.zones_of({push.contact_id for push in sent})
    hours = Counter(push.queued_at.astimezone(zones[push.contact_id]).hour for push in sent)
    shown = Popup.objects.filter(campaign=campaign(journey.pk), shown_at__isnull=False)
    return {
        "entered": {"times": len(rows), "contacts": len({row.contact_id for row in rows})},
        "steps": steps,
        "exits": dict(Counter(row.exit_reason for row in rows if row.left_at)),
        "inside": sum(row.left_at is None for row in rows),
        "goals": sum(row.converted_at is not None for row in rows),
        "pushes": dict(not_sent + Counter(sent=len(sent))),
        "hours": dict(sorted(hours.items())),
        "days": {
            "entered": by_day(zone, (row.entered_at for row in rows)),
            "sent": by_day(zone, (push.queued_at for push in sent)),
            "popups": by_day(zone, (popup.shown_at for popup in shown)),
        },
        "refused": sum(Refusal.objects.filter(journey=journey).values_list("times", flat=True)),
    }


def _steps(journey: Journey, rows: list[Enrolment]) -> tuple[Numbers, Counter[str]]:
    """Return the numbers of the steps by their key, and why how many pushes were not sent."""
    last = {row.pk: row.visit for row in rows if row.left_at and row.exit_reason != "end"}
    steps: dict[str, Numbers] = {
        step.key: {"entered": 0, "left": Counter(), "gone": Counter(), "waiting": 0}
        for step in journey.live_version.steps.all()
    }
    refused_pushes: Counter[str] = Counter()
    for visit in Visit.objects.filter(enrolment__journey=journey).select_related("step"):
        step = steps[visit.step.key]
        step["entered"] += 1
        is_exit = last.get(visit.enrolment_id) == visit.number
        step["gone" if is_exit else "left"][visit.outcome] += 1
        if visit.step.kind == "push" and visit.detail:
            refused_pushes[visit.detail] += 1
    for row in rows:
        if not row.left_at:
            steps[row.step.key]["entered"] += 1
            steps[row.step.key]["waiting"] += 1
    found = {
        key: {**step, "left": dict(step["left"]), "gone": dict(step["gone"])}
        for key, step in steps.items()
    }
    return found, refused_pushes


def by_day(zone: ZoneInfo, moments: Any) -> dict[str, int]:
    return dict(Counter(at.astimezone(zone).date().isoformat() for at in moments))


def expected(result: Numbers) -> Numbers:
    """Return the same numbers of a dry run."""
    return {
        "entered": result["entered"],
        "steps": {
            step["key"]: {
                "entered": step["entered"],
                "left": {name: n for name, n in step["left"].items() if n},
                "gone": step["gone"],
                "waiting": step["waiting"],
            }
            for step in result["steps"]
        },
        "exits": result["exits"],
        "inside": result["inside"],
        "goals": result["goal"]["reached"] if result["goal"] else 0,
        "pushes": {name: n for name, n in result["pushes"].items() if name != "put_off"},
        "hours": {hour: n for hour, n in enumerate(result["hours"]) if n},
        "days": {
            name: {day["day"]: day[name] for day in result["days"] if day[name]}
            for name in ("entered", "sent", "popups")
        },
        "refused": sum(found["times"] for found in result["refused"].values()),
    }
