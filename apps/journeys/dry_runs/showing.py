"""The result of a dry run as its page shows it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from apps.journeys.models import Enrolment, Refusal

Result = dict[str, Any]
# What becomes of pushes, in the order in which it is told.
PUSHES = {
    "sent": "Sent",
    "put_off": "Put off until an allowed hour",
    "outside_hours": "Dropped: outside the allowed hours",
    "capped": "Held back by the cap",
    "no_device": "Not sent: no device",
    "opted_out": "Not sent: opted out of push",
}


@dataclass(frozen=True, kw_only=True)
class Shown:
    """Tables are rows of cells; `funnel` has the bar of each step as a percentage."""

    numbers: list[tuple[str, int]]
    funnel: list[dict[str, Any]]
    exits: list[tuple[str, int]]
    pushes: list[tuple[str, int]]
    refused: list[tuple[str, int, int]]
    days: list[dict[str, Any]]
    hours: list[tuple[str, int, float]]
    chart: dict[str, Any]
    result: Result


def of(result: Result) -> Shown:
    return Shown(
        numbers=_numbers(result),
        funnel=_funnel(result),
        exits=[(str(Enrolment.Exit(name).label), n) for name, n in result["exits"].items()],
        pushes=[(words, n) for name, words in PUSHES.items() if (n := result["pushes"].get(name))],
        refused=[
            (str(Refusal.Gate(gate).label), found["contacts"], found["times"])
            for gate, found in sorted(result["refused"].items())
        ],
        days=[{**row, "day": date.fromisoformat(row["day"])} for row in result["days"]],
        hours=_hours(result["hours"]),
        chart=_chart(result["days"]),
        result=result,
    )


def _numbers(result: Result) -> list[tuple[str, int]]:
    found = [
        ("Contacts enter", result["entered"]["contacts"]),
        ("Times they enter", result["entered"]["times"]),
        ("Pushes sent", result["pushes"].get("sent", 0)),
        ("Popups shown", sum(row["popups"] for row in result["days"])),
        ("Inside at the end", result["inside"]),
    ]
    if result["goal"]:
        found.append(("Reach the goal", result["goal"]["reached"]))
    return found


def _funnel(result: Result) -> list[dict[str, Any]]:
    most = max((step["entered"] for step in result["steps"]), default=0) or 1
    exits = Enrolment.Exit
    return [
        {
            **step,
            "percent": round(100 * step["entered"] / most, 1),
            "ways": [
                *((step["labels"][name], n) for name, n in step["left"].items() if n),
                *((str(exits(reason).label), n) for reason, n in step["gone"].items() if n),
            ],
        }
        for step in result["steps"]
    ]


def _hours(hours: list[int]) -> list[tuple[str, int, float]]:
    most = max(hours) or 1
    return [
        (f"{hour:02}:00", number, round(100 * number / most, 1))
        for hour, number in enumerate(hours)
        if number
    ]


# As Chart.js takes them: bars upon each other, with an axis of whole numbers.
GREY = "#84848e"
CHART_OPTIONS = {
    "responsive": True,
    "maintainAspectRatio": False,
    "animation": False,
    "plugins": {"legend": {"display": True, "position": "bottom", "labels": {"color": GREY}}},
    "scales": {
        "x": {"stacked": True, "grid": {"display": False}, "ticks": {"color": GREY}},
        "y": {
            "stacked": True,
            "beginAtZero": True,
            "grid": {"lineWidth": 1},
            "ticks": {"color": GREY, "precision": 0},
        },
    },
}


def _chart(days: list[dict[str, Any]]) -> dict[str, Any]:
    """As the theme's charts are given it."""
    lines = (
        ("Sent", "sent", "var(--color-primary-600)"),
        ("Held back by the cap", "capped", "var(--color-red-500)"),
        ("By other journeys and by hand", "others", "var(--color-base-400)"),
    )
    return {
        "labels": [f"{date.fromisoformat(row['day']):%-d %b}" for row in days],
        "datasets": [
            {"label": label, "data": [row[name] for row in days], "backgroundColor": color}
            for label, name, color in lines
        ],
    }
