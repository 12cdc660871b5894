"""The result of a dry run as its page shows it."""

from dataclasses import dataclass
from datetime import date, datetime
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
class Number:
    """A number, and by how much it is more than in the dry run before; None: there is none."""

    value: int
    change: int | None = None

    @property
    def before(self) -> int | None:
        return None if self.change is None else self.value - self.change

    @property
    def words(self) -> str:
        """The change as people write it: +2, −3; empty where there is none."""
        return f"{self.change:+,}".replace("-", "−") if self.change else ""


Row = tuple[str, Number]


@dataclass(frozen=True, kw_only=True)
class Shown:
    """Tables are rows of cells; `funnel` has the bar of each step as a percentage."""

    numbers: list[Row]
    funnel: list[dict[str, Any]]
    exits: list[Row]
    pushes: list[Row]
    refused: list[tuple[str, Number, Number]]
    days: list[dict[str, Any]]
    hours: list[tuple[str, int, float]]
    chart: dict[str, Any]
    stopped_at: datetime | None
    result: Result


def of(result: Result, before: Result | None = None) -> Shown:
    """Return the result as it is shown, compared with the one before where that is given."""
    stopped_at = result.get("stopped_at")
    return Shown(
        numbers=_compared(_numbers(result), before and _numbers(before)),
        funnel=_funnel(result, before),
        exits=_compared(_exits(result), before and _exits(before)),
        pushes=_compared(_pushes(result), before and _pushes(before)),
        refused=_refused(result, before),
        days=[{**row, "day": date.fromisoformat(row["day"])} for row in result["days"]],
        hours=_hours(result["hours"]),
        chart=_chart(result["days"]),
        stopped_at=datetime.fromisoformat(stopped_at) if stopped_at else None,
        result=result,
    )


def _compared(now: dict[str, int], before: dict[str, int] | None) -> list[Row]:
    """Return the numbers with their changes; also those that there were before only."""
    if before is None:
        return [(words, Number(value=n)) for words, n in now.items()]
    names = [*now, *(words for words in before if words not in now)]
    return [
        (words, Number(value=now.get(words, 0), change=now.get(words, 0) - before.get(words, 0)))
        for words in names
    ]


def _numbers(result: Result) -> dict[str, int]:
    found = {
        "Contacts enter": result["entered"]["contacts"],
        "Times they enter": result["entered"]["times"],
        "Pushes sent": result["pushes"].get("sent", 0),
        "Popups shown": sum(row["popups"] for row in result["days"]),
        "Inside at the end": result["inside"],
    }
    if result["goal"]:
        found["Reach the goal"] = result["goal"]["reached"]
    return found


def _exits(result: Result) -> dict[str, int]:
    return {str(Enrolment.Exit(name).label): n for name, n in result["exits"].items()}


def _pushes(result: Result) -> dict[str, int]:
    return {words: n for name, words in PUSHES.items() if (n := result["pushes"].get(name))}


def _refused(result: Result, before: Result | None) -> list[tuple[str, Number, Number]]:
    def numbers(of: Result, what: str) -> dict[str, int]:
        return {gate: found[what] for gate, found in sorted(of["refused"].items())}

    contacts, times = (
        _compared(numbers(result, what), before and numbers(before, what))
        for what in ("contacts", "times")
    )
    return [
        (str(Refusal.Gate(gate).label), number, often)
        for (gate, number), (_, often) in zip(contacts, times, strict=True)
    ]


def _funnel(result: Result, before: Result | None) -> list[dict[str, Any]]:
    """Steps that there were before only are not shown."""
    most = max((step["entered"] for step in result["steps"]), default=0) or 1
    known = {step["key"]: step for step in before["steps"]} if before else {}
    return [
        {
            **step,
            **{
                name: _number(step, known.get(step["key"]), name) for name in ("entered", "waiting")
            },
            "is_new": bool(before) and step["key"] not in known,
            "percent": round(100 * step["entered"] / most, 1),
            "ways": _compared(
                _ways(step), _ways(known[step["key"]]) if step["key"] in known else None
            ),
        }
        for step in result["steps"]
    ]


def _number(step: Result, before: Result | None, name: str) -> Number:
    return Number(value=step[name], change=step[name] - before[name] if before else None)


def _ways(step: Result) -> dict[str, int]:
    exits = Enrolment.Exit
    return {
        **{step["labels"][name]: n for name, n in step["left"].items() if n},
        **{str(exits(reason).label): n for reason, n in step["gone"].items() if n},
    }


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
        ("Held back by the cap", "capped_by_itself", "var(--color-red-500)"),
        ("Held back because of others", "capped_by_others", "var(--color-orange-500)"),
        ("By other journeys and by hand", "others", "var(--color-base-400)"),
    )
    days = [{**row, "capped_by_itself": row["capped"] - row["capped_by_others"]} for row in days]
    return {
        "labels": [f"{date.fromisoformat(row['day']):%-d %b}" for row in days],
        "datasets": [
            {"label": label, "data": [row[name] for row in days], "backgroundColor": color}
            for label, name, color in lines
        ],
    }
