"""The same journeys, walked one contact at a time: dictionaries and loops, no database.

Written from what the words mean (README.md, and the docstrings of apps.journeys.models), to
compare the engine with. Versions are plain, as tests.journeys.model.flows draws them.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from tests.journeys.model.reading import Plain, is_meant
from tests.journeys.model.state import PACE, Row
from tests.journeys.model.walking import Walking


class Reference(Walking):
    """A site, and all that its journeys do at a moment."""

    def hear(self) -> bool:
        """Take what has happened, each contact's in its order; returns whether anything had."""
        heard, self.unheard = self.unheard, []
        self.came = set()
        for events in _rounds(heard):
            for event in events:
                self._lead_on_by(event)
            for event in events:
                self._count_goals(event)
            for event in events:
                self._let_go(event)
            self.let_in_by(events)
        return bool(heard)

    def _of(self, event: Plain) -> list[Row]:
        return [row for row in self.rows if row["contact"] == event["contact"]]

    def _was_there(self, row: Row, since: datetime, event: Plain) -> bool:
        return since <= event["at"] or row["id"] in self.came

    def _lead_on_by(self, event: Plain) -> None:
        for row in self._of(event):
            step = self.step(row)
            if row["left"] is not None or step["kind"] != "event":
                continue
            outcome = self.outcome_of(step, event)
            # Not what the way itself has tracked: it would go round without time passing.
            is_own = event["by"] == row["id"]
            if outcome and not is_own and self._was_there(row, row["arrived"], event):
                self._go_on(row, outcome, event)

    def _go_on(self, row: Row, outcome: str, event: Plain) -> None:
        arrived = max(row["arrived"], event["at"])
        self.lead_on(row, outcome)
        if row["left"] is None:
            # Who leaves takes nothing along any more.
            row.update(event=event["properties"], chain=event["chain"])
            # When it happened, and not when it was heard.
            row["arrived"] = min(self.now, arrived)
            # The third journey in a row that others have set off takes its time.
            row["due"] += PACE if event["chain"] > 2 else timedelta(0)
            self.came.add(row["id"])

    def _count_goals(self, event: Plain) -> None:
        for row in self._of(event):
            goal = row["version"]["goal"]
            if row["converted"] is not None or not goal:
                continue
            end = row["entered"] + timedelta(hours=goal["hours"])
            if not is_meant(event, goal["event"], goal["least"]) or event["at"] > end:
                continue
            if self._was_there(row, row["entered"], event):
                row["converted"] = max(event["at"], row["entered"])
                if goal["exits"]:
                    self.end(row, "goal")

    def _let_go(self, event: Plain) -> None:
        for row in self._of(event):
            version = row["version"]
            is_exit = is_meant(event, version["exit"], version["exit_least"])
            if is_exit and self._was_there(row, row["entered"], event):
                self.end(row, "event")

    def is_order_told(self) -> bool:
        """Whether it matters who is moved before whom, so that it must be told.

        Limits and caps count over all; ways of one contact meet in its state, and in what lets
        it into another journey.
        """
        due = self.due()
        versions = [row["version"] for row in due] + [j["live"] for j in self.journeys.values()]
        kinds = {step["kind"] for version in versions for step in version["steps"].values()}
        if kinds & {"limit", "start"}:
            return True
        contacts = [row["contact"] for row in due]
        meets_itself = len(contacts) > len(set(contacts))
        return meets_itself and bool(kinds & {"update", "track"})


def _rounds(events: list[Plain]) -> Iterator[list[Plain]]:
    """The first of every contact, then the second."""
    of_contact = defaultdict(list)
    for event in sorted(events, key=lambda event: event["at"]):
        of_contact[event["contact"]].append(event)
    while of_contact:
        yield [own.pop(0) for own in of_contact.values()]
        of_contact = {pk: own for pk, own in of_contact.items() if own}
