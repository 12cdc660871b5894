"""Who comes in, and what keeps out who does not."""

from collections import defaultdict
from datetime import timedelta

from apps.journeys.primitives import chance
from tests.journeys.model.leaving import Leaving
from tests.journeys.model.reading import Plain, is_meant, meets
from tests.journeys.model.state import PACE, Row

# What happened longer ago when it is heard lets in as of now.
PRESENT = timedelta(hours=1)


class Entering(Leaving):
    """Letting in: by an event, by joining, by another journey.

    Who comes is `{"contact", "has_properties", "asks_rule", "event", "tags", "chain", "at"}`.
    """

    def publish(self, number: int, version: Plain) -> None:
        journey = self.journeys.setdefault(
            number, {"status": "draft", "held_at": None, "seen": set(), "watch": None, "over": None}
        )
        self.published += 1
        journey.update(live=version, order=self.published)
        if journey["status"] != "paused":
            journey["status"] = "active"
        # Moments of a schedule up to then are none of this version, or have been dealt with.
        journey["dealt"] = self.now
        before, journey["watch"] = journey["watch"], None
        if version["kind"] == "segment":
            # Another rule has other members, of whom nobody was seen yet.
            goes_on = before and not before["is_over"] and before["rule"] == version["rule"]
            looks = before["looks"] if goes_on else 0
            journey["watch"] = {"rule": version["rule"], "looks": looks, "is_over": False}

    def let_in_by(self, events: list[Plain]) -> None:
        """Let in by events, one of each contact; the journeys in the order of their publishing."""
        for number, journey in self._by_publishing():
            version = journey["live"]
            if version["kind"] != "event" or not self._is_open(journey):
                continue
            together = defaultdict(list)
            for event in events:
                if event["name"] != version["entry"]:
                    continue
                heard = is_meant(event, version["entry"], version["entry_least"])
                together[event["chain"] if heard else 0].append(
                    {
                        "contact": event["contact"],
                        "has_properties": heard,
                        "asks_rule": True,
                        "event": event["properties"],
                        "tags": {},
                        "chain": event["chain"],
                        "at": self.now if self.now - event["at"] > PRESENT else event["at"],
                    }
                )
            for chain in sorted(together):
                self._admit(number, together[chain])

    def strike(self) -> None:
        """Let in by schedules: at each moment those to whom it comes, unless it is too late."""
        for number, journey in self._by_publishing():
            version = journey["live"]
            if version["kind"] != "schedule" or not self._is_open(journey):
                continue
            late = timedelta(hours=24 if version["repeats"] == "once" else 1)
            together = defaultdict(list)
            for pk, contact in self.contacts.items():
                moments = self.moments_of(version, contact["zone"], journey["dealt"])
                passed = [moment for moment in moments if moment <= self.now]
                in_time = passed and self.now - passed[-1] <= late
                if in_time and meets(contact, version["rule"]):
                    together[passed[-1]].append(self._plainly(pk))
            journey["dealt"] = self.now
            for moment in sorted(together):
                self._admit(number, together[moment])

    def look(self) -> None:
        """See who has joined since the last look."""
        for number, journey in self._by_publishing():
            version, watch = journey["live"], journey["watch"]
            if watch is None or watch["is_over"]:
                continue
            if not self._is_open(journey) or not self._is_within_dates(version):
                continue
            meeting = {pk for pk, row in self.contacts.items() if meets(row, version["rule"])}
            joined, journey["seen"] = meeting - journey["seen"], meeting
            is_first, watch["looks"] = not watch["looks"], watch["looks"] + 1
            watch["is_over"] = version["members"] == "present"
            if joined and not (is_first and version["members"] == "future"):
                self._admit(number, [self._plainly(pk) for pk in joined])
                # Whom only the cap kept out joins when there is room for more.
                journey["seen"] -= self.beyond_cap

    def _plainly(self, contact: int) -> Plain:
        return {
            "contact": contact, "has_properties": True, "asks_rule": False,
            "event": {}, "tags": {}, "chain": 0, "at": self.now,
        }  # fmt: skip

    def start(self, number: int, row: Row) -> bool:
        """Let the contact of a way into another journey; returns whether it has come in."""
        coming = {
            "contact": row["contact"],
            "has_properties": True,
            "asks_rule": True,
            "event": row["event"],
            "tags": row["tags"],
            "chain": row["chain"] + 1,
            "at": self.now,
        }
        return row["contact"] in self._admit(number, [coming])

    def _by_publishing(self) -> list[tuple[int, Plain]]:
        return sorted(self.journeys.items(), key=lambda pair: pair[1]["order"])

    def _is_open(self, journey: Plain) -> bool:
        return journey["status"] == "active" and journey["held_at"] is None

    def _is_within_dates(self, version: Plain) -> bool:
        starts, ends = version["starts"], version["ends"]
        return not (starts and self.now < starts) and not (ends and self.now > ends)

    def _admit(self, number: int, coming: list[Plain]) -> set[int]:
        """Let those in who may of those who come together; returns who has come in."""
        journey = self.journeys[number]
        version = journey["live"]
        coming = sorted(coming, key=lambda each: each["contact"])
        gates = [(each, self._closed_gate(number, each)) for each in coming]
        allowed = [each for each, gate in gates if not gate]
        refused = [(each["contact"], gate) for each, gate in gates if gate]
        self.beyond_cap = set()
        if version["cap"]:
            so_far = [row for row in self.rows if row["journey"] == number and not row["control"]]
            room = max(0, version["cap"] - len(so_far))
            self.beyond_cap = {each["contact"] for each in allowed[room:]}
            refused += [(contact, "total_cap") for contact in sorted(self.beyond_cap)]
            allowed = allowed[:room]
            if len(allowed) == room and journey["status"] == "active":
                journey["status"] = "paused"
        for contact, gate in refused:
            self._keep_out(
                number, contact, gate, next(e for e in coming if e["contact"] == contact)
            )
        for each in allowed:
            self._enter(number, version, each)
        return {each["contact"] for each in allowed}

    def _closed_gate(self, number: int, each: Plain) -> str:
        """Return the first gate that keeps the contact out; empty: none."""
        version, contact = self.journeys[number]["live"], each["contact"]
        if not self._is_open(self.journeys[number]):
            return "not_active"
        if not self._is_within_dates(version):
            return "dates"
        if not each["has_properties"]:
            return "event"
        if each["asks_rule"] and not meets(self.contacts[contact], version["rule"]):
            return "rule"
        return self._again(number, version, contact) or self._others(number, version, contact)

    def _again(self, number: int, version: Plain, contact: int) -> str:
        """The gates of those who have been in before."""
        times = self.times_in(contact, number)
        inside = [row for row in times if row["left"] is None]
        match version["reentry"]:
            case "once":
                if times or self._kept_out(contact, number):
                    return "reentry"
            case "not_inside" | "pause":
                if inside:
                    return "reentry"
        if version["reentry"] == "pause" and times:
            pauses = version["pauses"]
            days = pauses[len(times) - 1] if len(times) < len(pauses) else pauses[-1]
            if self.now - max(row["left"] for row in times) < timedelta(days=days):
                return "pause"
        if version["max"]:
            most, days = version["max"]
            since = self.now - timedelta(days=days) if days else None
            counted = [row for row in times if since is None or row["entered"] > since]
            if len(counted) >= most:
                return "max_entries"
        return ""

    def _others(self, number: int, version: Plain, contact: int) -> str:
        inside = [r for r in self.rows if r["contact"] == contact and r["left"] is None]
        if any(row["journey"] in version["excluded"] for row in inside):
            return "excluded"
        drawn = chance.of(contact, f"{number}:control")
        return "control" if drawn < chance.PARTS * version["control"] / 100 else ""

    def _kept_out(self, contact: int, journey: int) -> bool:
        return any(
            row["contact"] == contact and row["journey"] == journey and row["control"]
            for row in self.rows
        )

    def _keep_out(self, number: int, contact: int, gate: str, each: Plain) -> None:
        """Remember why; and of the control group, once, since when it is compared."""
        if gate == "control" and not self._kept_out(contact, number):
            way = self._way(number, each, control=True)
            way.update(state="left", exit="control", left=way["entered"], due=None)
            # It never moves, so it takes nothing along.
            way.update(event={}, tags={}, chain=0)
            self.rows.append(way)
            self.came.add(way["id"])
            return
        known = self.refusals.get((number, contact), ("", 0))
        self.refusals[number, contact] = (gate, known[1] + 1)

    def _enter(self, number: int, version: Plain, each: Plain) -> None:
        if version["reentry"] == "restart":
            for row in self.times_in(each["contact"], number):
                self.end(row, "restarted")
        way = self._way(number, each, control=False)
        self.rows.append(way)
        self.came.add(way["id"])

    def _way(self, number: int, each: Plain, *, control: bool) -> Row:
        version, contact = self.journeys[number]["live"], each["contact"]
        time = len(self.times_in(contact, number)) + 1
        return {
            "id": (contact, number, control, time),
            "contact": contact,
            "journey": number,
            "control": control,
            "version": version,
            "step": version["first"],
            "visit": 1,
            "state": "ready",
            # The third journey in a row that others have set off takes its time.
            "due": self.now + (PACE if each["chain"] > 2 else timedelta(0)),
            "entered": each["at"],
            "arrived": each["at"],
            "left": None,
            "exit": "",
            "converted": None,
            "path": [],
            "event": each["event"],
            "tags": each["tags"],
            "chain": each["chain"],
        }
