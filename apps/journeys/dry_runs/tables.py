"""The result of a dry run as the rows of files."""

from collections.abc import Callable, Iterator
from typing import Any

from apps.journeys.dry_runs import showing
from apps.journeys.dry_runs.showing import Result

Row = list[Any]
DAYS = {
    "day": "Day",
    "entered": "Enter",
    "sent": "Sent",
    "capped": "Held back by the cap",
    "capped_by_others": "Of these because of what others send",
    "put_off": "Put off",
    "outside_hours": "Dropped",
    "popups": "Popups shown",
    "goals": "Reach the goal",
    "others": "Sent by others",
    "too_many": "Contacts with too many",
}


def numbers(result: Result) -> Iterator[Row]:
    """Yield a row for each number that belongs to no day, with what it is about."""
    shown = showing.of(result)
    yield ["About", "Step", "What", "Number"]
    for words, number in shown.numbers:
        yield ["Altogether", "", words, number.value]
    for step in shown.funnel:
        yield ["Step", step["name"], "Come to it", step["entered"].value]
        for words, number in step["ways"]:
            yield ["Step", step["name"], f"Leave it by: {words}", number.value]
        yield ["Step", step["name"], "Wait there at the end", step["waiting"].value]
    for about, rows in (("Leave the journey", shown.exits), ("Pushes", shown.pushes)):
        for words, number in rows:
            yield [about, "", words, number.value]
    for words, contacts, _ in shown.refused:
        yield ["Kept out", "", words, contacts.value]


def days(result: Result) -> Iterator[Row]:
    """Yield a row for each day."""
    yield list(DAYS.values())
    for row in result["days"]:
        yield [row[name] for name in DAYS]


TABLES: dict[str, Callable[[Result], Iterator[Row]]] = {"numbers": numbers, "days": days}
