"""What the reference knows: dictionaries and lists."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tests.journeys.model.reading import Plain

Row = Plain
# A contact's way through a journey: contact, journey, whether it is kept out for comparison, and
# the how manieth time it is in.
Way = tuple[int, int, bool, int]
# What is asked for by a way at one of its visits.
Key = tuple[Way, int]
PACE = timedelta(minutes=1)


class State:
    """A site in which time stands still until `now` is moved on.

    A contact is `{"language", "reachable", "zone", "state"}`; a journey `{"status", "held_at",
    "live", "order", …}`; an event `{"contact", "name", "properties", "at", "chain", "by"}`, where
    `by` is the way that has tracked it, and `chain` how many journeys in a row set each other off
    up to it.
    """

    def __init__(self, now: datetime, zone: str) -> None:
        self.now, self.zone = now, ZoneInfo(zone)
        self.contacts: dict[int, Plain] = {}
        self.journeys: dict[int, Plain] = {}
        self.published = 0
        self.rows: list[Row] = []
        # By journey and contact: at which gate it was refused last, and how often it was.
        self.refusals: dict[tuple[int, int], tuple[str, int]] = {}
        # Whom of those who came together last only the total cap kept out.
        self.beyond_cap: set[int] = set()
        self.popups: dict[Key, Plain] = {}
        self.pushes: dict[Key, str] = {}
        self.calls: dict[Key, Plain] = {}
        self.used: dict[tuple[int, str, str], int] = {}
        self.events: list[Plain] = []
        self.unheard: list[Plain] = []
        # Who has come to a step since hearing began: later events of the same hearing are later.
        self.came: set[Way] = set()

    def add_contact(
        self, pk: int, *, language: str, reachable: bool, zone: str, state: Plain
    ) -> None:
        """`zone` is empty where it is that of the site."""
        self.contacts[pk] = {
            "language": language,
            "reachable": reachable,
            "zone": ZoneInfo(zone) if zone else self.zone,
            "state": dict(state),
        }

    def event(
        self, contact: int, name: str, properties: Plain, *, chain: int = 0, by: Way | None = None
    ) -> None:
        event = {
            "contact": contact, "name": name, "properties": properties, "at": self.now,
            "chain": chain, "by": by,
        }  # fmt: skip
        self.events.append(event)
        self.unheard.append(event)

    def times_in(self, contact: int, journey: int) -> list[Row]:
        """Return the ways of the contact through the journey; being kept out is none."""
        return [
            row
            for row in self.rows
            if row["contact"] == contact and row["journey"] == journey and not row["control"]
        ]

    def step(self, row: Row) -> Plain:
        return row["version"]["steps"][row["step"]]

    def runs(self, row: Row) -> bool:
        """Whether the row's journey moves those who are inside."""
        journey = self.journeys[row["journey"]]
        return journey["status"] in ("active", "paused") and journey["held_at"] is None
