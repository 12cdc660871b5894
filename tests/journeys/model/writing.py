"""The same versions as a marketer writes them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from apps.assets.models import Popup, Push
from apps.journeys import publishing
from apps.journeys.models import (
    CheckStep,
    Journey,
    Lead,
    LeaveStep,
    LimitStep,
    PopupStep,
    PushStep,
    SplitStep,
    StartStep,
    Step,
    TagStep,
    TrackStep,
    UpdateStep,
    WaitForEventStep,
    WaitStep,
    WebhookStep,
)
from tests.journeys.model.reading import Plain


@dataclass(frozen=True, kw_only=True)
class Assets:
    """What steps show and send."""

    popup: Popup
    push: Push


def write(journey: Journey, version: Plain, assets: Assets) -> None:
    """Make the draft of the journey that version, and publish it."""
    journey.steps.non_polymorphic().all().delete()
    for name, value in _terms(version).items():
        setattr(journey, name, value)
    journey.save()
    made: dict[str, Step] = {}
    for position, (key, plain) in enumerate(version["steps"].items()):
        step = _written(plain, assets)
        step.journey, step.key, step.name, step.position = journey, key, key, position
        step.save()
        made[key] = step
    Lead.objects.bulk_create(
        Lead(step=made[key], outcome=outcome, target=made[target])
        for key, plain in version["steps"].items()
        for outcome, target in plain["leads"].items()
    )
    publishing.publish(journey)


def _terms(version: Plain) -> dict[str, Any]:
    goal = version["goal"] or {"event": "", "least": None, "hours": 168, "exits": False}
    most, days = version["max"] or (None, None)
    return {
        "entry_kind": version["kind"],
        "entry_event": version["entry"],
        "entry_where": _where(version["entry_least"]) if version["entry"] else [],
        "entry_rule": _rule(*version["rule"]) if version["rule"] else {},
        "members": version["members"],
        "repeats": version["repeats"] or "once",
        "at_time": version["at"],
        "weekdays": version["weekdays"],
        "on_date": version["on_date"],
        "zone": version["zone"] or "site",
        "reentry": version["reentry"],
        "reentry_pauses": version["pauses"],
        "max_entries": most,
        "max_entries_days": days,
        "total_cap": version["cap"],
        "excluded": version["excluded"],
        "control_percent": version["control"],
        "starts_at": version["starts"],
        "ends_at": version["ends"],
        "exit_event": version["exit"],
        "exit_where": _where(version["exit_least"]) if version["exit"] else [],
        "exits_with_rule": version["exits_with_rule"],
        "timeout_hours": version["timeout"],
        "goal_event": goal["event"],
        "goal_where": _where(goal["least"]),
        "goal_hours": goal["hours"],
        "exits_on_goal": goal["exits"],
    }


def _written(plain: Plain, assets: Assets) -> Step:
    match plain["kind"]:
        case "popup":
            return PopupStep(popup=assets.popup)
        case "push":
            return PushStep(push=assets.push)
        case "event":
            events = [
                {"key": key, "name": name, "event": name, "where": _where(least)}
                for name, (key, least) in plain["events"].items()
            ]
            return WaitForEventStep(events=events, amount=plain["hours"], unit="hours")
        case "check":
            branches = [
                {"key": key, "name": key, "rule": _rule(name, value)}
                for key, name, value in plain["branches"]
            ]
            return CheckStep(branches=branches)
    return SIMPLE[plain["kind"]](plain)


SIMPLE: dict[str, Callable[[Plain], Step]] = {
    "wait": lambda plain: (
        WaitStep(amount=plain["hours"], unit="hours")
        if "hours" in plain
        else WaitStep(until="hour", at_time=plain["at"], weekdays=plain["weekdays"])
    ),
    "split": lambda plain: SplitStep(
        paths=[{"key": key, "name": key, "weight": weight} for key, weight in plain["paths"]]
    ),
    "limit": lambda plain: LimitStep(most=plain["most"], period=plain["period"]),
    "start": lambda plain: StartStep(target_id=plain["journey"]),
    "tag": lambda plain: TagStep(tag=plain["tag"], source=plain["source"]),
    "update": lambda plain: UpdateStep(
        changes=[{"op": "increment", "name": "points", "value": plain["by"]}]
    ),
    "track": lambda plain: TrackStep(event=plain["event"], properties=plain["properties"]),
    "webhook": lambda plain: WebhookStep(
        url="https://shop.example/hook", patience_hours=plain["hours"]
    ),
    "leave": lambda plain: LeaveStep(),
}


def _rule(name: str, value: Any) -> Plain:
    if name == "language":
        return {"field": "language", "op": "is", "value": value}
    return {"field": f"state.{name}", "op": "gte", "value": value}


def _where(least: int | None) -> list[Plain]:
    return [] if least is None else [{"field": "n", "op": "gte", "value": least}]
