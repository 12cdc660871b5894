"""Drafts out of Hypothesis with what is to happen in the days to come: `{"terms", "limits",
"steps", "leads", "happens"}`, plain until `written`."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from apps.accounts.models import Contact, Site
from apps.delivery.models import Limits
from apps.journeys.models import Journey
from tests.journeys.authoring import a_draft, a_step, lead
from tests.journeys.dry_runs.living import Days
from tests.journeys.dry_runs.trying import an_asking_popup

Plain = dict[str, Any]
EVENTS = ("alpha", "beta", "gamma")
# What steps track.
TRACKED = "gamma"
LANGUAGES = ("de", "fr")
ZONES = ("", "Europe/Berlin", "America/Sao_Paulo", "Asia/Kathmandu", "Pacific/Apia")
KINDS = ("wait", "wait", "event", "check", "split", "limit", "popup", "push", "push", "track",
         "leave")  # fmt: skip
TIMES = ("00:00", "02:30", "09:00", "23:45")
DAYS = 8
EVERYBODY = {"all": [{"field": "language", "op": "is_not", "value": "xx"}]}


@st.composite
def plans(draw: st.DrawFn) -> Plain:
    """A draft of as many as seven steps, on some terms, and a few events, visits and pushes."""
    number = draw(st.integers(1, 7))
    steps = [_step(draw, draw(st.sampled_from(KINDS))) for _ in range(number)]
    return {
        "terms": _terms(draw),
        "limits": draw(st.sampled_from((None, *_LIMITS))),
        "steps": steps,
        # By step and outcome; only a wait leads back, so that time passes each time around.
        "leads": [
            [
                draw(st.sampled_from([*range(0 if _takes_time(step) else place + 1, number), None]))
                for _ in range(4)
            ]
            for place, step in enumerate(steps)
        ],
        "happens": draw(st.lists(_HAPPENING, max_size=25)),
    }


def _takes_time(step: tuple[str, Plain]) -> bool:
    kind, values = step
    # A date is past when they come to it again.
    return kind == "wait" and values["until"] != "date"


_LIMITS = (
    {"marketing_cap": 1, "marketing_cap_days": 1},
    {"marketing_cap": 2, "marketing_cap_days": 3, "hours_from": "22:00", "hours_till": "07:00"},
    {"hours_from": "09:00", "hours_till": "12:00", "skipped_weekdays": [5, 6]},
)
# What, to whom, which event, and after how many minutes of the days.
_HAPPENING = st.tuples(
    st.sampled_from(("event", "event", "visit", "push")),
    st.integers(0, len(ZONES) - 1),
    st.sampled_from(EVENTS),
    st.integers(1, DAYS * 24 * 60 - 1),
)


_MOST = ({}, {"max_entries": 2}, {"max_entries": 2, "max_entries_days": 2})


def _terms(draw: st.DrawFn) -> Plain:
    entry = draw(
        st.sampled_from(
            (
                {"entry_kind": "event", "entry_event": "alpha"},
                {"entry_kind": "event", "entry_event": "beta"},
                {"entry_kind": "segment", "members": "present", "entry_rule": EVERYBODY},
                {"entry_kind": "schedule", "repeats": "daily"},
                {"entry_kind": "schedule", "repeats": "weekly", "weekdays": [1, 5, 6]},
            )
        )
    )
    goal = draw(st.sampled_from(("", *EVENTS, "popup_declined")))
    reentries = ("once", "not_inside", "every", "restart", "pause")
    return {
        **entry,
        "zone": draw(st.sampled_from(("site", "contact"))),
        "at_time": draw(st.sampled_from(TIMES)),
        "reentry": draw(st.sampled_from(reentries)),
        "reentry_pauses": draw(st.sampled_from(([1], [1, 2]))),
        **draw(
            st.sampled_from(({}, {"max_entries": 2}, {"max_entries": 2, "max_entries_days": 2}))
        ),
        "exit_event": draw(st.sampled_from(("", *EVENTS))),
        "goal_event": goal,
        "exits_on_goal": bool(goal) and draw(st.booleans()),
        "goal_hours": draw(st.sampled_from((5, 100))),
        "timeout_hours": draw(st.sampled_from((None, 47, 100))),
    }


def _step(draw: st.DrawFn, kind: str) -> tuple[str, Plain]:
    match kind:
        case "wait":
            return kind, draw(st.sampled_from(_WAITS))
        case "event":
            names = draw(st.lists(st.sampled_from(EVENTS), min_size=1, max_size=2, unique=True))
            events = [{"key": name, "name": name, "event": name, "where": []} for name in names]
            return kind, {"events": events, "amount": 20, "unit": "hours"}
        case "check":
            rule = {"field": "language", "op": "is", "value": draw(st.sampled_from(LANGUAGES))}
            return kind, {"branches": [{"key": "met", "name": "Met", "rule": {"all": [rule]}}]}
        case "limit":
            # Whoever comes first passes: only how many is the same on both ways.
            return kind, {"most": draw(st.sampled_from((1, 100))), "period": "ever"}
        case "push":
            hours = draw(st.sampled_from(("always", "next", "drop", "fixed")))
            return kind, {"hours": hours, "fixed_time": "02:30",
                          "respects_caps": draw(st.booleans())}  # fmt: skip
        case "popup":
            return kind, {"asks": draw(st.booleans())}
        case "track":
            return kind, {"event": TRACKED}
    return kind, {}


_WAITS = (
    {"until": "duration", "amount": 5, "unit": "hours", "weekdays": []},
    {"until": "duration", "amount": 3, "unit": "days", "weekdays": []},
    {"until": "hour", "at_time": "02:30", "weekdays": []},
    {"until": "hour", "at_time": "09:00", "weekdays": [6, 2]},
    {"until": "date", "on_date": "2040-03-25", "at_time": "02:30", "weekdays": []},
)


def written(plan: Plain, site: Site) -> Journey:
    """Write the draft, without the steps that nothing leads to."""
    if plan["limits"]:
        Limits.objects.create(site=site, **plan["limits"])
    journey = a_draft(site, **plan["terms"])
    steps = [_written(journey, *step) for step in plan["steps"]]
    for step, targets in zip(steps, plan["leads"], strict=True):
        for (outcome, _), target in zip(step.outcomes, targets, strict=False):
            if target is not None:
                lead(step, outcome, steps[target])
    _drop_unreached(journey)
    return journey


def _written(journey: Journey, kind: str, values: Plain) -> Any:
    values = {**values}
    if kind == "popup":
        asks = values.pop("asks")
        values["popup"] = an_asking_popup(journey.site) if asks else None
        values = values if asks else {}
    return a_step(journey, kind, **values)


def _drop_unreached(journey: Journey) -> None:
    """Remove those to which only an outcome that the step does not have would lead."""
    steps = list(journey.steps.prefetch_related("leads"))
    leads = {step.pk: [row.target_id for row in step.leads.all()] for step in steps}
    reached, ahead = set(), [steps[0].pk]
    while ahead:
        pk = ahead.pop()
        if pk not in reached:
            reached.add(pk)
            ahead += leads[pk]
    for step in steps:
        if step.pk not in reached:
            step.delete()


def happen(plan: Plain, days: Days, people: list[Contact]) -> None:
    """Plan what is to happen, each at a second of its own."""
    for number, (what, who, name, minutes) in enumerate(plan["happens"]):
        after, person = timedelta(minutes=minutes, seconds=number + 1), people[who]
        match what:
            case "event":
                days.happens(person, name, after)
            case "visit":
                days.is_there(person, after)
            case "push":
                days.is_sent_another(person, after)
