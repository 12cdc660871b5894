"""Leaving before the end, and being moved over to another version."""

from datetime import timedelta

from tests.journeys.model.reading import meets
from tests.journeys.model.scheduling import Scheduling
from tests.journeys.model.state import Key, Row


class Leaving(Scheduling):
    def end(self, row: Row, reason: str) -> None:
        """End the way, if it goes on yet; nobody sees any more what it has asked for."""
        if row["left"] is not None:
            return
        row["path"].append((row["step"], reason))
        row.update(state="left", exit=reason, left=self.now, due=None)
        self._withdraw([key for key in self._asked() if key[0] == row["id"]])

    def _asked(self) -> list[Key]:
        return [*self.popups, *self.pushes, *self.calls]

    def _withdraw(self, keys: list[Key]) -> None:
        for key in keys:
            if key in self.popups and self.popups[key]["status"] == "waiting":
                self.popups[key]["status"] = "withdrawn"
            if key in self.pushes:
                self.pushes[key] = "failed"
            if key in self.calls and self.calls[key]["status"] == "queued":
                self.calls[key]["status"] = "withdrawn"

    def take_out(self, contact: int) -> None:
        """Somebody takes the contact out of all journeys by hand."""
        for row in self.rows:
            if row["contact"] == contact:
                self.end(row, "hand")

    def sweep(self) -> None:
        """Let those leave whose time is over, then those who do not meet the rule any more."""
        moving = [row for row in self.rows if row["left"] is None and self.runs(row)]
        for row in moving:
            hours = row["version"]["timeout"]
            if hours and row["entered"] + timedelta(hours=hours) <= self.now:
                self.end(row, "timeout")
        for row in moving:
            rule = row["version"]["rule"] if row["version"]["exits_with_rule"] else None
            if not meets(self.contacts[row["contact"]], rule):
                self.end(row, "rule")

    # Lives of journeys.

    def pause(self, number: int) -> None:
        self.journeys[number]["status"] = "paused"

    def hold(self, number: int) -> None:
        self.journeys[number].update(status="paused", held_at=self.now)

    def resume(self, number: int, *, shift_waits: bool) -> None:
        journey = self.journeys[number]
        if shift_waits and journey["held_at"] is not None:
            for row in self.rows:
                if row["journey"] == number and row["state"] == "waiting":
                    row["due"] += self.now - journey["held_at"]
        journey.update(status="active", held_at=None)

    def finish(self, number: int) -> None:
        self.journeys[number].update(status="finished", held_at=None, over=None)
        for row in self.rows:
            if row["journey"] == number:
                self.end(row, "ended")
        self._withdraw([key for key in self._asked() if key[0][1] == number])

    def finish_those_over(self) -> None:
        """Nobody can enter any more and nobody is inside."""
        for number, journey in self.journeys.items():
            ends = journey["live"]["ends"]
            is_over = (ends and ends <= self.now) or self.has_struck(journey)
            inside = [r for r in self.rows if r["journey"] == number and r["left"] is None]
            runs = journey["status"] in ("active", "paused") and journey["held_at"] is None
            if runs and is_over and not inside:
                journey["status"] = "finished"

    # Moving over.

    def move_over(self) -> None:
        """Move those inside older versions to the live one, as was asked for."""
        for number, journey in self.journeys.items():
            asked, journey["over"] = journey["over"], None
            for row in self.rows if asked else ():
                if row["journey"] == number and row["left"] is None:
                    self._move_over(row, asked)

    def _move_over(self, row: Row, asked: Row) -> None:
        live = self.journeys[row["journey"]]["live"]
        if row["version"] is live:
            return
        same = live["steps"].get(row["step"])
        if same and same["kind"] == self.step(row)["kind"]:
            row["version"] = live
        elif row["step"] in asked["to"]:
            row["path"].append((row["step"], "moved"))
            self._withdraw([key for key in self._asked() if key == (row["id"], row["visit"])])
            row.update(
                version=live,
                step=asked["to"][row["step"]],
                visit=row["visit"] + 1,
                state="ready",
                arrived=self.now,
                due=self.now,
            )
        elif asked["gone"] == "leave":
            self.end(row, "moved")
