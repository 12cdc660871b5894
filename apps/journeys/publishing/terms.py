"""Whether the terms of a journey fit together."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from apps.journeys.documents.problems import Problem
from apps.journeys.models import Journey
from apps.journeys.publishing.events import Known
from apps.segments import rules

Entry, Repeats = Journey.Entry, Journey.Repeats
# The last place on earth where a day ends.
LAST_ZONE = timedelta(hours=12)


def problems(journey: Journey, known: Known) -> Iterator[Problem]:
    """Yield what does not fit: the site's rules and events, then one term beside another."""
    for wrong in rules.problems(journey.entry_rule, known.context):
        yield Problem(message=wrong.message, field="entry_rule", place="Entry")
    yield from _entry(journey, known)
    yield from _dates(journey)
    yield from _who(journey)
    for name, place in (("exit", "Exit"), ("goal", "Goal")):
        event, where = getattr(journey, f"{name}_event"), getattr(journey, f"{name}_where")
        if event or where:
            for wrong in known.problems(event, where, field=f"{name}_event"):
                yield replace(wrong, place=place)
    yield from _exits(journey)


def _entry(journey: Journey, known: Known) -> Iterator[Problem]:
    match journey.entry_kind:
        case Entry.EVENT:
            for wrong in known.problems(
                journey.entry_event, journey.entry_where, field="entry_event"
            ):
                yield replace(wrong, place="Entry")
        case Entry.SEGMENT if not journey.entry_rule:
            message = "Say whom the journey is for: whoever comes to meet that enters."
            yield Problem(message=message, field="entry_rule", place="Entry")
        case Entry.SCHEDULE:
            yield from _schedule(journey)


def _schedule(journey: Journey) -> Iterator[Problem]:
    needed = {
        Repeats.ONCE: ("on_date", "Choose the day."),
        Repeats.WEEKLY: ("weekdays", "Choose days of the week."),
        Repeats.MONTHLY: ("month_days", "Choose days of the month."),
    }
    if journey.at_time is None:
        yield Problem(message="Choose the time of day.", field="at_time", place="Entry")
    field, message = needed.get(Repeats(journey.repeats), ("", ""))
    if field and not getattr(journey, field):
        yield Problem(message=message, field=field, place="Entry")
    elif journey.repeats == Repeats.ONCE and journey.at_time and _is_past(journey):
        message = "The time is past, so nobody would enter."
        yield Problem(message=message, field="on_date", place="Entry")


def _is_past(journey: Journey) -> bool:
    local = datetime.combine(journey.on_date, journey.at_time)
    if journey.zone == Journey.Zone.CONTACT:
        return local.replace(tzinfo=UTC) + LAST_ZONE <= timezone.now()
    return local.replace(tzinfo=ZoneInfo(journey.site.time_zone)) <= timezone.now()


def _dates(journey: Journey) -> Iterator[Problem]:
    starts, ends = journey.starts_at, journey.ends_at
    if starts and ends and ends <= starts:
        message = "The last moment to enter is not after the first."
        yield Problem(message=message, field="ends_at", place="Entry")
    elif ends and ends <= timezone.now():
        message = "The last moment to enter is past."
        yield Problem(message=message, field="ends_at", place="Entry")


def _who(journey: Journey) -> Iterator[Problem]:
    if journey.pk in journey.excluded:
        message = "The journey excludes those inside itself: “may enter” says that already."
        yield Problem(message=message, field="excluded", place="Entry")
    others = Journey.objects.filter(pk__in=journey.excluded, site=journey.site_id)
    if journey.excluded and others.count() < len(set(journey.excluded)):
        message = "A journey that it excludes does not exist any more."
        yield Problem(message=message, field="excluded", place="Entry")
    if journey.max_entries_days and not journey.max_entries:
        message = "Say how often at most a contact may enter within these days."
        yield Problem(message=message, field="max_entries", place="Entry")


def _exits(journey: Journey) -> Iterator[Problem]:
    if journey.exits_with_rule and not journey.entry_rule:
        message = "There is no rule that those inside could cease to meet."
        yield Problem(message=message, field="exits_with_rule", place="Exit")
    if journey.goal_event:
        return
    if journey.exits_on_goal:
        message = "There is no goal to leave on."
        yield Problem(message=message, field="exits_on_goal", place="Exit")
    if journey.control_percent:
        message = "A control group is compared by the goal: choose its event."
        yield Problem(message=message, field="goal_event", place="Goal")
