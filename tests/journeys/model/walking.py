"""Going from step to step."""

from datetime import timedelta

from apps.journeys.primitives import chance
from tests.journeys.model.entering import Entering
from tests.journeys.model.reading import Plain, is_meant, meets, next_strike
from tests.journeys.model.state import Key, Row


class Walking(Entering):
    def due(self) -> list[Row]:
        return [row for row in self.rows if self._is_due(row)]

    def _is_due(self, row: Row) -> bool:
        return row["due"] is not None and row["due"] <= self.now and self.runs(row)

    def move(self, *, one_by_one: bool) -> bool:
        """Let everybody go on who is due, as far as they come; returns whether anybody was.

        One by one goes each its way as far as it comes, before the next one begins.
        """
        due = self.due()
        if one_by_one:
            for row in sorted(due, key=lambda row: row["id"]):
                while self._is_due(row):
                    self._move(row)
            return bool(due)
        has_moved = bool(due)
        while due:
            for row in due:
                self._move(row)
            due = self.due()
        return has_moved

    def _move(self, row: Row) -> None:
        step = self.step(row)
        name = "arrive" if row["state"] == "ready" else "time_out"
        getattr(self, f"_{name}_{step['kind']}")(row, step)

    def lead_on(self, row: Row, outcome: str) -> None:
        row["path"].append((row["step"], outcome))
        target = self.step(row)["leads"].get(outcome)
        if target is None:
            row.update(state="left", exit="end", left=self.now, due=None)
        else:
            row.update(
                step=target,
                state="ready",
                due=self.now,
                arrived=self.now,
                visit=row["visit"] + 1,
            )

    # Answers.

    def answer(self, key: Key, outcome: str) -> None:
        """The contact answers a popup; its step is led on if it still waits for it."""
        self.popups[key]["status"] = outcome
        self._answered(key, outcome)

    def call_ends(self, key: Key, status: str) -> None:
        """The site's own system answers a webhook, or cannot be asked at all."""
        self.calls[key]["status"] = status
        outcomes = {"answered": "taken", "refused": "refused", "failed": "failed"}
        self._answered(key, outcomes[status])

    def _answered(self, key: Key, outcome: str) -> None:
        row = next(row for row in self.rows if row["id"] == key[0])
        if row["state"] == "waiting" and row["visit"] == key[1]:
            self.lead_on(row, outcome)

    # The kinds of steps.

    def _wait(self, row: Row, hours: int) -> None:
        row.update(state="waiting", due=self.now + timedelta(hours=hours))

    def _arrive_wait(self, row: Row, step: Plain) -> None:
        if "hours" in step:
            self._wait(row, step["hours"])
        else:
            zone = self.contacts[row["contact"]]["zone"]
            due = next_strike(self.now, step["at"], zone, step["weekdays"])
            row.update(state="waiting", due=due)

    def _time_out_wait(self, row: Row, step: Plain) -> None:
        self.lead_on(row, "done")

    def _arrive_event(self, row: Row, step: Plain) -> None:
        """What has happened since it came counts, though it was heard before that was known."""
        for event in self.events:
            if event["contact"] == row["contact"] and event["at"] > row["arrived"]:
                outcome = self.outcome_of(step, event)
                if outcome:
                    row.update(event=event["properties"], chain=event["chain"])
                    self.lead_on(row, outcome)
                    return
        self._wait(row, step["hours"])

    def outcome_of(self, step: Plain, event: Plain) -> str:
        for name, (outcome, least) in step["events"].items():
            if is_meant(event, name, least):
                return outcome
        return ""

    def _time_out_event(self, row: Row, step: Plain) -> None:
        self.lead_on(row, "timeout")

    def _arrive_popup(self, row: Row, step: Plain) -> None:
        self._wait(row, step["hours"])
        self.popups[row["id"], row["visit"]] = {"status": "waiting", "until": row["due"]}

    def _time_out_popup(self, row: Row, step: Plain) -> None:
        popup = self.popups.get((row["id"], row["visit"]))
        if popup and popup["status"] == "waiting":
            popup["status"] = "unseen"
        self.lead_on(row, "unseen")

    def _arrive_push(self, row: Row, step: Plain) -> None:
        if self.contacts[row["contact"]]["reachable"]:
            self.pushes[row["id"], row["visit"]] = "queued"
            self.lead_on(row, "sent")
        else:
            self.lead_on(row, "unreachable")

    def _arrive_webhook(self, row: Row, step: Plain) -> None:
        self._wait(row, step["hours"])
        self.calls[row["id"], row["visit"]] = {"status": "queued", "until": row["due"]}

    def _time_out_webhook(self, row: Row, step: Plain) -> None:
        call = self.calls.get((row["id"], row["visit"]))
        if call and call["status"] == "queued":
            call["status"] = "failed"
        self.lead_on(row, "failed")

    def _arrive_check(self, row: Row, step: Plain) -> None:
        contact = self.contacts[row["contact"]]
        for key, *asked in step["branches"]:
            if meets(contact, tuple(asked)):
                self.lead_on(row, key)
                return
        self.lead_on(row, "none")

    def _arrive_split(self, row: Row, step: Plain) -> None:
        total = sum(weight for _, weight in step["paths"])
        place, so_far = chance.of(row["contact"], row["step"]), 0
        for key, weight in step["paths"]:
            so_far += weight
            if place < chance.PARTS * so_far / total:
                self.lead_on(row, key)
                return

    def _arrive_limit(self, row: Row, step: Plain) -> None:
        today = self.now.astimezone(self.zone).date().isoformat()
        period = today if step["period"] == "day" else "ever"
        counted = (row["journey"], row["step"], period)
        if self.used.get(counted, 0) < step["most"]:
            self.used[counted] = self.used.get(counted, 0) + 1
            self.lead_on(row, "within")
        else:
            self.lead_on(row, "beyond")

    def _arrive_start(self, row: Row, step: Plain) -> None:
        self.lead_on(row, "started" if self.start(step["journey"], row) else "refused")

    def _arrive_leave(self, row: Row, step: Plain) -> None:
        """What it has asked for is seen yet: the way has come to an end of its own."""
        row["path"].append((row["step"], "step"))
        row.update(state="left", exit="step", left=self.now, due=None)

    def _arrive_tag(self, row: Row, step: Plain) -> None:
        root, _, name = step["source"].partition(".")
        held = row["event"] if root == "event" else self.contacts[row["contact"]]["state"]
        row["tags"] = {**row["tags"], step["tag"]: held.get(name)}
        self.lead_on(row, "done")

    def _arrive_update(self, row: Row, step: Plain) -> None:
        state = self.contacts[row["contact"]]["state"]
        state["points"] = state.get("points", 0) + step["by"]
        self.lead_on(row, "done")

    def _arrive_track(self, row: Row, step: Plain) -> None:
        self.event(
            row["contact"], step["event"], step["properties"],
            chain=row["chain"] + 1, by=row["id"],
        )  # fmt: skip
        self.lead_on(row, "done")
