"""The terms of a journey in words, for the card that it starts with."""

from zoneinfo import ZoneInfo

from django.utils.formats import date_format

from apps.journeys.models import Journey
from apps.segments import catalogue, rules

MEETING = {
    Journey.Members.BOTH: "Whoever meets the rule, now or later",
    Journey.Members.PRESENT: "Whoever meets the rule now",
    Journey.Members.FUTURE: "Whoever comes to meet the rule",
}
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def entry_lines(journey: Journey) -> list[str]:
    """Say who enters and when, how often, and what ends it: a line each."""
    lines = [when(journey)]
    if journey.entry_rule:
        lines.append(f"Who: {rules.describe(journey.entry_rule, catalogue.of_site(journey.site))}")
    lines.append(_often(journey))
    lines += filter(None, (_exit(journey), _goal(journey), _dates(journey)))
    return lines


def when(journey: Journey) -> str:
    """Say what lets contacts in."""
    match journey.entry_kind:
        case Journey.Entry.EVENT:
            where = " under conditions" if journey.entry_where else ""
            return f"On the event {journey.entry_event or '…'}{where}"
        case Journey.Entry.SEGMENT:
            return MEETING[Journey.Members(journey.members)]
        case Journey.Entry.SCHEDULE:
            return f"{_repeats(journey)}, everybody at once"
    return "By the API or another journey"


def _repeats(journey: Journey) -> str:
    at = f" at {journey.at_time:%H:%M}" if journey.at_time else ""
    zone = ", each contact’s own time" if journey.zone == Journey.Zone.CONTACT else ""
    match journey.repeats:
        case Journey.Repeats.ONCE:
            day = f"On {date_format(journey.on_date, 'j F Y')}" if journey.on_date else "Once"
        case Journey.Repeats.WEEKLY:
            day = f"Every {', '.join(DAYS[day] for day in journey.weekdays)}"
        case Journey.Repeats.MONTHLY:
            day = f"On day {', '.join(str(day) for day in journey.month_days)} of the month"
        case _:
            day = "Every day"
    return f"{day}{at}{zone}"


def _often(journey: Journey) -> str:
    if journey.reentry == Journey.Reentry.PAUSE:
        *some, last = [f"{days:,}" for days in journey.reentry_pauses]
        days = f"{', '.join(some)}, then {last}" if some else last
        words = f"Again after {days} day{'' if days == '1' else 's'}"
    else:
        words = journey.get_reentry_display()
    if journey.total_cap:
        words += f"; at most {journey.total_cap:,} contacts"
    if journey.control_percent:
        words += f"; {journey.control_percent} % kept out as control group"
    return words


def _exit(journey: Journey) -> str:
    ways = []
    if journey.exit_event:
        ways.append(f"on {journey.exit_event}")
    if journey.exits_on_goal:
        ways.append("when the goal is reached")
    if journey.exits_with_rule:
        ways.append("when the rule is not met any more")
    if journey.timeout_hours:
        ways.append(f"after {_hours(journey.timeout_hours)}")
    return f"Leaves {', '.join(ways)}" if ways else ""


def _goal(journey: Journey) -> str:
    if not journey.goal_event:
        return ""
    return f"Goal: {journey.goal_event} within {_hours(journey.goal_hours)}"


def _hours(number: int) -> str:
    """Whole days as days: nobody thinks of a week as 168 hours."""
    if number % 24 == 0:
        number, unit = number // 24, "day"
    else:
        unit = "hour"
    return f"{number:,} {unit}{'' if number == 1 else 's'}"


def _dates(journey: Journey) -> str:
    zone = ZoneInfo(journey.site.time_zone)
    bounds = (("from", journey.starts_at), ("until", journey.ends_at))
    words = [
        f"{word} {date_format(at.astimezone(zone), 'j F Y, H:i')}" for word, at in bounds if at
    ]
    return f"Open {' '.join(words)}" if words else ""
