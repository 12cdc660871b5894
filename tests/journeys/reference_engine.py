"""The same journeys, walked one contact at a time: dictionaries and loops, no database.

Written from what the words mean (see the docstrings of apps.journeys.models), to compare the
engine with. Versions are plain: `{"entry", "reentry", "exit", "steps": {key: step}, "first"}`; a
step is `{"kind", "leads": {outcome: key}, …}` with what its kind needs.
"""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from apps.journeys.primitives import chance

Row = dict[str, Any]
# A contact's way through a journey: contact, journey, and how many times it has been in.
Way = tuple[int, int, int]


class Reference:
    """A site in which time stands still until `now` is moved on."""

    def __init__(self, now: datetime, zone: str) -> None:
        self.now, self.zone = now, ZoneInfo(zone)
        self.contacts: dict[int, Row] = {}
        self.journeys: dict[int, Row] = {}
        self.enrolments: list[Row] = []
        self.popups: dict[tuple[Way, int], Row] = {}
        self.pushes: set[tuple[Way, int]] = set()
        self.used: dict[tuple[int, str, str], int] = {}
        self.unheard: list[tuple[int, str, Row]] = []

    # What happens to it.

    def event(self, contact: int, name: str, properties: Row) -> None:
        self.unheard.append((contact, name, properties))

    def answer(self, key: tuple[Way, int], outcome: str) -> None:
        """The contact answers a popup; its step is led on if it still waits for it."""
        self.popups[key]["status"] = outcome
        row = next(row for row in self.enrolments if row["id"] == key[0])
        if row["state"] == "waiting" and row["visit"] == key[1]:
            self._leave_by(row, outcome)

    def settle(self, *, one_by_one: bool) -> None:
        """Do all that can be done at this moment, hearing first."""
        busy = True
        while busy:
            busy = self._hear()
            if one_by_one:
                for row in sorted(self.enrolments, key=lambda row: row["id"]):
                    while self._is_due(row):
                        self._move(row)
                        busy = True
            else:
                while due := [row for row in self.enrolments if self._is_due(row)]:
                    busy = True
                    for row in due:
                        self._move(row)

    # Events.

    def _hear(self) -> bool:
        heard, self.unheard = self.unheard, []
        for contact, name, properties in heard:
            before = [row for row in self.enrolments if row["contact"] == contact]
            for row in before:
                self._lead_on_by(row, name, properties)
            for row in before:
                if self._moves(row) and row["version"]["exit"] == name:
                    self._end(row, "event")
            for number, journey in self.journeys.items():
                self._let_in(number, journey, contact, name, properties)
        return bool(heard)

    def _lead_on_by(self, row: Row, name: str, properties: Row) -> None:
        if not self._moves(row):
            return
        step = self._step(row)
        if step["kind"] == "event" and name in step["events"]:
            row["event"] = properties
            self._leave_by(row, step["events"][name])

    def _moves(self, row: Row) -> bool:
        return row["state"] != "left"

    def _let_in(self, number: int, journey: Row, contact: int, name: str, properties: Row) -> None:
        version = journey["live"]
        closed = journey["status"] != "active" or journey["held"]
        if version is None or closed or version["entry"] != name:
            return
        before = [
            row for row in self.enrolments if row["contact"] == contact and row["journey"] == number
        ]
        inside = [row for row in before if row["state"] != "left"]
        if version["reentry"] == "once" and before:
            return
        if version["reentry"] == "not_inside" and inside:
            return
        if version["reentry"] == "restart":
            for row in inside:
                self._end(row, "restarted")
        self.enrolments.append(
            {
                "id": (contact, number, len(before) + 1),
                "contact": contact,
                "journey": number,
                "version": version,
                "step": version["first"],
                "state": "ready",
                "due": self.now,
                "visit": 1,
                "path": [],
                "exit": "",
                "event": properties,
                "tags": {},
            }
        )

    # Moving.

    def _is_due(self, row: Row) -> bool:
        if row["state"] == "left" or self.journeys[row["journey"]]["held"]:
            return False
        return row["due"] <= self.now

    def _step(self, row: Row) -> Row:
        return row["version"]["steps"][row["step"]]

    def _move(self, row: Row) -> None:
        step = self._step(row)
        name = "arrive" if row["state"] == "ready" else "time_out"
        getattr(self, f"_{name}_{step['kind']}")(row, step)

    def _leave_by(self, row: Row, outcome: str) -> None:
        row["path"].append((row["step"], outcome))
        target = self._step(row)["leads"].get(outcome)
        if target is None:
            row.update(state="left", exit="end")
        else:
            row.update(step=target, state="ready", due=self.now, visit=row["visit"] + 1)

    def _end(self, row: Row, reason: str) -> None:
        row["path"].append((row["step"], reason))
        row.update(state="left", exit=reason)
        for (enrolment, _), popup in self.popups.items():
            if enrolment == row["id"] and popup["status"] == "waiting":
                popup["status"] = "withdrawn"

    def _wait(self, row: Row, hours: int) -> None:
        row.update(state="waiting", due=self.now + timedelta(hours=hours))

    # The kinds of steps.

    def _arrive_wait(self, row: Row, step: Row) -> None:
        self._wait(row, step["hours"])

    def _time_out_wait(self, row: Row, step: Row) -> None:
        self._leave_by(row, "done")

    _arrive_event = _arrive_wait

    def _time_out_event(self, row: Row, step: Row) -> None:
        self._leave_by(row, "timeout")

    def _arrive_popup(self, row: Row, step: Row) -> None:
        self.popups[row["id"], row["visit"]] = {"status": "waiting", "until": None}
        self._wait(row, step["hours"])
        self.popups[row["id"], row["visit"]]["until"] = row["due"]

    def _time_out_popup(self, row: Row, step: Row) -> None:
        self.popups[row["id"], row["visit"]]["status"] = "unseen"
        self._leave_by(row, "unseen")

    def _arrive_push(self, row: Row, step: Row) -> None:
        if self.contacts[row["contact"]]["reachable"]:
            self.pushes.add((row["id"], row["visit"]))
            self._leave_by(row, "sent")
        else:
            self._leave_by(row, "unreachable")

    def _arrive_check(self, row: Row, step: Row) -> None:
        contact = self.contacts[row["contact"]]
        for key, name, value in step["branches"]:
            held = contact["language"] if name == "language" else contact["state"].get(name)
            met = held == value if name == "language" else held is not None and held >= value
            if met:
                self._leave_by(row, key)
                return
        self._leave_by(row, "none")

    def _arrive_split(self, row: Row, step: Row) -> None:
        total = sum(weight for _, weight in step["paths"])
        place, so_far = chance.of(row["contact"], row["step"]), 0
        for key, weight in step["paths"]:
            so_far += weight
            if place < chance.PARTS * so_far / total:
                self._leave_by(row, key)
                return

    def _arrive_limit(self, row: Row, step: Row) -> None:
        today = self.now.astimezone(self.zone).date().isoformat()
        period = today if step["period"] == "day" else "ever"
        counted = (row["journey"], row["step"], period)
        if self.used.get(counted, 0) < step["most"]:
            self.used[counted] = self.used.get(counted, 0) + 1
            self._leave_by(row, "within")
        else:
            self._leave_by(row, "beyond")

    def _arrive_leave(self, row: Row, step: Row) -> None:
        self._end(row, "step")

    def _arrive_tag(self, row: Row, step: Row) -> None:
        root, _, name = step["source"].partition(".")
        held = row["event"] if root == "event" else self.contacts[row["contact"]]["state"]
        row["tags"] = {**row["tags"], step["tag"]: held.get(name)}
        self._leave_by(row, "done")

    def _arrive_update(self, row: Row, step: Row) -> None:
        state = self.contacts[row["contact"]]["state"]
        state["points"] = state.get("points", 0) + step["by"]
        self._leave_by(row, "done")

    def _arrive_track(self, row: Row, step: Row) -> None:
        self.event(row["contact"], step["event"], {})
        self._leave_by(row, "done")
