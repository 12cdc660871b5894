"""When schedules let in."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tests.journeys.model.reading import Plain, next_strike
from tests.journeys.model.state import State

# Where a day ends last on earth.
LAST = ZoneInfo("Etc/GMT+12")


class Scheduling(State):
    """A schedule is `{"repeats", "at", "weekdays", "on_date", "zone"}` of a version."""

    def moments_of(self, version: Plain, zone: ZoneInfo, after: datetime) -> list[datetime]:
        """Return the moments at which the schedule comes to who lives in the zone: those passed
        since, and the next one if there is any."""
        if version["zone"] == "site":
            zone = self.zone
        if version["on_date"] is not None:
            return [m for m in [self._of_day(version, zone)] if m > after]
        found: list[datetime] = []
        moment = after
        while moment <= self.now:
            moment = next_strike(moment, version["at"], zone, version["weekdays"])
            found.append(moment)
        return found

    def has_struck(self, journey: Plain) -> bool:
        """Whether it was to let in once, and that is over everywhere."""
        version = journey["live"]
        if version["repeats"] != "once":
            return False
        if version["zone"] == "site":
            return self._of_day(version, self.zone) <= journey["dealt"]
        zones = {self.zone, *(contact["zone"] for contact in self.contacts.values())}
        moments = [self._of_day(version, zone) for zone in zones]
        return max(moments) <= journey["dealt"] and self._of_day(version, LAST) <= self.now

    def _of_day(self, version: Plain, zone: ZoneInfo) -> datetime:
        """Return the moment of a schedule of one day for who lives in the zone."""
        day = version["on_date"]
        moment = datetime.combine(day, time(), tzinfo=UTC) - timedelta(days=2)
        while moment.astimezone(zone).date() < day:
            moment = next_strike(moment, version["at"], zone, [])
        return moment

    def coming(self) -> list[datetime]:
        """Return when schedules let in next."""
        found = []
        for journey in self.journeys.values():
            version = journey["live"]
            if version["kind"] == "schedule":
                for contact in self.contacts.values():
                    found += self.moments_of(version, contact["zone"], self.now)
        return found
