"""The result of a dry run as JSON: expected numbers, of the whole audience."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any

from apps.journeys.dry_runs import assumptions
from apps.journeys.dry_runs.collisions import Other
from apps.journeys.dry_runs.counting import Counts
from apps.journeys.dry_runs.world import World

DAILY = (
    "entered",
    "sent",
    "popups",
    "capped",
    "capped_by_others",
    "put_off",
    "outside_hours",
    "goals",
)
Scale = Callable[[float], int]


def result(world: World, counts: Counts, others: list[Other]) -> dict[str, Any]:
    """Return what is expected: every number is of the sample times the factor, rounded."""
    factor, options, terms = world.sample.factor, world.options, world.draft.terms
    of_others = Counter(push.journey for push in world.pushes if push.person in counts.entered)
    per_day = Counter(counts.of_contacts)
    for push in world.pushes:
        if options.start <= push.at < (counts.stopped_at or options.end):
            per_day[push.person, push.at.astimezone(world.zone).date()] += 1

    def scale(number: float) -> int:
        return int(number * factor + 0.5)

    return {
        "sample": len(world.sample.ids),
        "audience": world.sample.audience,
        "factor": round(factor, 4),
        "start": options.start.isoformat(),
        "end": options.end.isoformat(),
        "stopped_at": counts.stopped_at.isoformat() if counts.stopped_at else None,
        "zone": world.zone.key,
        "entered": {"times": scale(counts.ways), "contacts": scale(len(counts.entered))},
        "steps": _steps(world, counts, scale),
        "exits": _scaled(counts.exits, scale),
        "inside": scale(counts.waiting.total()),
        "days": _days(world, counts, per_day, scale),
        "hours": [scale(counts.hours[hour]) for hour in range(24)],
        "refused": {
            gate: {"times": scale(number), "contacts": scale(len(counts.refused_contacts[gate]))}
            for gate, number in counts.refused.items()
        },
        "pushes": _scaled(counts.pushes, scale),
        "contacts": _contacts(world, scale),
        "cap": _cap(world, counts, scale),
        "goal": _goal(counts, scale) if terms.goal_event else None,
        "collisions": [_collision(each, counts, of_others, scale) for each in others],
        "too_many": _too_many(counts, per_day, options.many, scale),
        "assumptions": assumptions.of(world, counts),
    }


def _scaled(numbers: Counter[str], scale: Scale) -> dict[str, int]:
    return {name: scale(number) for name, number in numbers.items()}


def _steps(world: World, counts: Counts, scale: Scale) -> list[dict[str, Any]]:
    """In the order of the flow."""
    return [
        {
            "key": step.key,
            "kind": step.kind,
            "name": step.name,
            "entered": scale(counts.came[step.key]),
            "left": {name: scale(counts.left[step.key, name]) for name, _ in step.outcomes},
            "labels": dict(step.outcomes),
            "gone": {
                reason: scale(number)
                for (key, reason), number in sorted(counts.gone.items())
                if key == step.key
            },
            "waiting": scale(counts.waiting[step.key]),
        }
        for step in world.draft.in_order()
    ]


def _dates(begin: datetime, end: datetime, world: World) -> Iterable[date]:
    day, last = begin.astimezone(world.zone).date(), end.astimezone(world.zone).date()
    while day <= last:
        yield day
        day += timedelta(days=1)


def _days(
    world: World, counts: Counts, per_day: Counter[tuple[int, date]], scale: Scale
) -> list[dict[str, Any]]:
    options = world.options
    many = Counter(day for (_, day), number in per_day.items() if number > options.many)
    others = Counter(push.at.astimezone(world.zone).date() for push in world.pushes)
    last = counts.stopped_at or options.end - timedelta(microseconds=1)
    return [
        {
            "day": day.isoformat(),
            **{name: scale(counts.days[name][day]) for name in DAILY},
            "others": scale(others[day]),
            "too_many": scale(many[day]),
        }
        for day in _dates(options.start, last, world)
    ]


def _contacts(world: World, scale: Scale) -> dict[str, int]:
    """As they are now; those who would allow push in the run count as they come out of it."""
    people = world.people.values()
    return {
        "no_device": scale(sum(not person.has_device for person in people)),
        "opted_out": scale(sum(person.has_opted_out for person in people)),
    }


def _cap(world: World, counts: Counts, scale: Scale) -> dict[str, Any] | None:
    cap = world.cap
    if cap is None:
        return None
    return {
        "category": cap.category,
        "most": cap.most,
        "days": cap.days,
        "held_back": scale(counts.pushes["capped"]),
        "because_of_others": scale(counts.capped_by_others),
    }


def _goal(counts: Counts, scale: Scale) -> dict[str, Any]:
    rate = counts.converted / counts.ways if counts.ways else None
    return {"reached": scale(counts.converted), "rate": rate}


def _collision(
    other: Other, counts: Counts, pushes: Counter[int | None], scale: Scale
) -> dict[str, Any]:
    """Of those who would enter this journey."""
    return {
        "journey": other.journey,
        "name": other.name,
        "inside": scale(len(other.inside & counts.entered)),
        "lately": scale(len(other.lately & counts.entered)),
        "pushes": scale(pushes[other.journey]),
    }


def _too_many(
    counts: Counts, per_day: Counter[tuple[int, date]], many: int, scale: Scale
) -> dict[str, int]:
    """Of contacts with more than `many` pushes on some day; `because` are those who would not
    have so many without this journey."""
    found = {place for place, number in per_day.items() if number > many}
    without = {place for place in found if per_day[place] - counts.of_contacts[place] > many}
    return {
        "more_than": many,
        "contacts": scale(len({pk for pk, _ in found})),
        "because": scale(len({pk for pk, _ in found - without})),
    }
