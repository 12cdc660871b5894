"""All that a dry run needs to know of real contacts, read up front in sets.

How many queries that takes depends on the draft, and never on how many contacts there are.
"""

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Value

from apps.accounts.id_lists import listed
from apps.accounts.models import Contact, PushStatus
from apps.assets import models as assets
from apps.delivery import caps, judging
from apps.delivery.hours import Hours
from apps.delivery.models import Limits
from apps.delivery.wanted import Selection
from apps.journeys.dry_runs import rates
from apps.journeys.dry_runs.drafting import Draft
from apps.journeys.dry_runs.forecast import Forecast, Moments
from apps.journeys.dry_runs.options import Options
from apps.journeys.dry_runs.sampling import Sample, draw
from apps.journeys.kinds.routing import period_of
from apps.journeys.models import Enrolment, Journey, Quota, Seen, Version, WaitStep
from apps.journeys.models.message_keys import campaign
from apps.journeys.primitives import local_time
from apps.segments import catalogue, membership, rules
from apps.segments.rules import Context, Rule
from apps.segments.rules.expressions import Text


@dataclass(kw_only=True)
class Time:
    """One time of a contact in the journey: real, or of the run (`is_tried`)."""

    entered_at: datetime
    left_at: datetime | None = None
    is_tried: bool = False
    has_converted: bool = False


@dataclass(kw_only=True)
class Person:
    """A contact of the sample: `own` and `others` are moments of pushes, of the draft's category,
    that count under its cap; `texts` are properties that hold dates. `may_be_asked` for permission
    is who has not answered the browser yet."""

    pk: int
    zone: ZoneInfo
    has_opted_out: bool
    has_device: bool
    may_be_asked: bool
    texts: dict[str, str | None] = field(default_factory=dict)
    times: list[Time] = field(default_factory=list)
    was_control: bool = False
    own: list[datetime] = field(default_factory=list)
    others: list[datetime] = field(default_factory=list)
    # Really inside now; and those times of the run that are not over.
    stays_inside: bool = False
    ways: dict[Any, None] = field(default_factory=dict)

    def sent_since(self, begin: datetime, till: datetime) -> tuple[int, int]:
        """Return how many own and other pushes came after `begin`, till then."""
        own, others = self.own, self.others
        return (
            bisect_right(own, till) - bisect_right(own, begin),
            bisect_right(others, till) - bisect_right(others, begin),
        )


@dataclass(frozen=True, kw_only=True)
class OtherPush:
    """A push that another journey would send, or somebody else where `journey` is empty."""

    person: int
    at: datetime
    journey: int | None


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A popup: for how many hours it waits to be seen, how it is answered, and whether it asks
    for permission, which is not shown to who has answered that."""

    hours: int
    rates: rates.Rates
    asks: bool


@dataclass(kw_only=True)
class World:
    """What is known. `events` are when each would happen, by the name and place of whoever
    listens; `meeting` are who meets the rule, by the step and the outcome."""

    draft: Draft
    options: Options
    now: datetime
    sample: Sample
    zone: ZoneInfo
    hours: Hours
    cap: caps.Cap | None
    people: dict[int, Person]
    forecast: Forecast
    sessions: dict[int, list[tuple[datetime, datetime]]]
    meeting: dict[tuple[str, str], set[int]]
    allowed: set[int] | None
    events: dict[tuple[str, str], Moments]
    popups: dict[int, Shown]
    started: dict[int, tuple[bool, set[int]]]
    excluded: set[int]
    seen: set[int]
    entered: int
    quotas: dict[tuple[str, str], int]
    pushes: list[OtherPush] = field(default_factory=list)


def load(draft: Draft, options: Options, *, now: datetime) -> World:
    """Return what there is to know. Raises rules.Broken where a rule cannot be asked."""
    terms = draft.terms
    site = terms.journey.site
    context = catalogue.of_site(site, now=now)
    sample = draw(terms, options)
    limits = Limits.objects.filter(site=site).first()
    forecast = Forecast(ids=sample.ids, options=options, now=now, context=context)
    inside = Enrolment.objects.filter(contact__in=listed(sample.ids)).inside()
    seen = Seen.objects.filter(journey=terms.journey_id, contact__in=listed(sample.ids))
    excluded = inside.filter(journey__in=terms.excluded)
    before = Enrolment.objects.filter(journey=terms.journey_id, is_control=False)
    world = World(
        draft=draft,
        options=options,
        now=now,
        sample=sample,
        zone=ZoneInfo(site.time_zone),
        hours=Hours.of(limits),
        cap=caps.of_site(site.pk, terms.category),
        people=_people(draft, sample.ids, site.time_zone),
        forecast=forecast,
        sessions=forecast.sessions(),
        meeting=_meeting(draft, context, sample.ids),
        allowed=_matching(terms.entry_rule, context, sample.ids) if terms.entry_rule else None,
        events=_events(draft, forecast),
        popups=_popups(draft, options),
        started=_started(draft, sample.ids),
        excluded=set(excluded.values_list("contact", flat=True)),
        seen=set(seen.values_list("contact", flat=True)),
        entered=before.count() if terms.total_cap else 0,
        quotas=_quotas(draft, ZoneInfo(site.time_zone), now),
    )
    _read_times(world)
    _read_pushes(world)
    return world


def _people(draft: Draft, ids: list[int], of_site: str) -> dict[int, Person]:
    waits = [
        step.config["property"]
        for step in draft.of_kind("wait")
        if step.config["until"] == WaitStep.Until.PROPERTY
    ]
    rows = Contact.objects.filter(pk__in=listed(ids)).order_by("pk")
    stand = {each.contact: each for each in judging.facts(Selection(rows=rows, key=Value("")))}
    columns = ("pk", "time_zone", "push_status", "push_disabled_by_platform")
    texts = [Text("state", name) for name in waits]
    found = {}
    for pk, zone, status, is_disabled, *values in rows.values_list(*columns, *texts):
        found[pk] = Person(
            pk=pk,
            zone=local_time.zone_of(zone, of_site),
            has_opted_out=stand[pk].has_opted_out,
            has_device=stand[pk].has_device,
            may_be_asked=status == PushStatus.ASK and not is_disabled,
            texts=dict(zip(waits, values, strict=True)),
        )
    return found


def _matching(rule: Rule, context: Context, ids: list[int]) -> set[int]:
    met = membership.matching(rule, context, among=ids).order_by()
    return set(met.values_list("pk", flat=True))


def _meeting(draft: Draft, context: Context, ids: list[int]) -> dict[tuple[str, str], set[int]]:
    found = {}
    for step in draft.of_kind("check"):
        for outcome, rule in step.config["branches"]:
            try:
                found[step.key, outcome] = _matching(rule, context, ids)
            except rules.Broken:
                found[step.key, outcome] = set()
    return found


def _events(draft: Draft, forecast: Forecast) -> dict[tuple[str, str], Moments]:
    """Read those of terms under their purpose, those of steps under the key and the outcome."""
    terms, given = draft.terms, forecast.options.events
    asked = {("exit", ""): (terms.exit_event, terms.exit_where)}
    asked["goal", ""] = terms.goal_event, terms.goal_where
    if terms.entry_kind == Version.Entry.EVENT:
        asked["entry", ""] = terms.entry_event, terms.entry_where
        if terms.entry_where:
            asked["any", ""] = terms.entry_event, []
    for step in draft.steps.values():
        for outcome, event, where in step.listens:
            asked[step.key, outcome] = event, where
    return {
        place: forecast.events(event, where)
        for place, (event, where) in asked.items()
        if event and event not in given
    }


def _popups(draft: Draft, options: Options) -> dict[int, Shown]:
    """Return what is known of the popups, by asset."""
    ids = {step.config["asset"] for step in draft.of_kind("popup")}
    waits = dict(assets.Popup.objects.filter(pk__in=ids).values_list("pk", "wait_hours"))
    asking = rates.asking(waits)
    answers = rates.of_popups(waits, options.popups, asking=asking)
    return {
        pk: Shown(hours=hours, rates=answers[pk], asks=pk in asking) for pk, hours in waits.items()
    }


def _started(draft: Draft, ids: list[int]) -> dict[int, tuple[bool, set[int]]]:
    """Return by journey that the draft starts whether it lets a contact in once only, and who
    cannot enter it now."""
    targets = {step.config["journey"] for step in draft.of_kind("start")}
    rows = Journey.objects.filter(pk__in=targets).select_related("live_version")
    found: dict[int, tuple[bool, set[int]]] = {}
    for row in rows:
        live = row.live_version
        is_open = live is not None and row.status == Journey.Status.ACTIVE and not row.is_held
        once = live is not None and live.reentry == Version.Reentry.ONCE
        found[row.pk] = once, set() if is_open else set(ids)
    times = Enrolment.objects.filter(journey__in=targets, contact__in=listed(ids))
    for journey, contact, left_at in times.values_list("journey", "contact", "left_at"):
        if left_at is None or found[journey][0]:
            found[journey][1].add(contact)
    return found


def _quotas(draft: Draft, zone: ZoneInfo, now: datetime) -> dict[tuple[str, str], int]:
    """Return how many each limit step has let through in the period that is now."""
    limits = draft.of_kind("limit")
    used = Quota.objects.filter(
        journey=draft.terms.journey_id,
        step_key__in=[step.key for step in limits],
        period__in={period_of(now, step.config["period"], zone) for step in limits},
    )
    return {(key, period): number for key, period, number in used.values_list(
        "step_key", "period", "used")}  # fmt: skip


def _read_times(world: World) -> None:
    rows = Enrolment.objects.filter(
        journey=world.draft.terms.journey_id, contact__in=listed(world.sample.ids)
    ).order_by("entered_at", "pk")
    for pk, entered, left, is_control in rows.values_list(
        "contact", "entered_at", "left_at", "is_control"
    ):
        if is_control:
            world.people[pk].was_control = True
        else:
            world.people[pk].times.append(Time(entered_at=entered, left_at=left))
            world.people[pk].stays_inside |= left is None


def _read_pushes(world: World) -> None:
    """Read what was sent lately, and forecast what others would send."""
    terms, mine = world.draft.terms, campaign(world.draft.terms.journey_id)
    lately = world.cap.days if world.cap else 0
    for pk, at, category, sender in world.forecast.pushes(lately):
        person, counts = world.people[pk], category == terms.category
        if sender == mine:
            if counts:
                person.own.append(at)
            continue
        if counts:
            person.others.append(at)
        again = world.forecast.shifted(at)
        if again:
            number = sender.removeprefix("journey:")
            by = int(number) if number.isdigit() else None
            world.pushes.append(OtherPush(person=pk, at=again, journey=by))
            if counts:
                person.others.append(again)
    for person in world.people.values():
        person.others.sort()
