"""What a dry run assumes, in plain words: it is as good as these are."""

from collections.abc import Iterator

from apps.assets import models as assets
from apps.journeys.dry_runs.counting import Counts
from apps.journeys.dry_runs.options import WEBHOOKS
from apps.journeys.dry_runs.rates import ENOUGH
from apps.journeys.dry_runs.simulation import MOST_VISITS
from apps.journeys.dry_runs.world import World
from apps.journeys.models import Version

Entry = Version.Entry
# Where general rates come from.
GUESS = "Pushdesk’s own guess, measured on no site"


def of(world: World, counts: Counts) -> list[str]:
    """Return them as sentences. One query, where the draft shows popups."""
    return [
        *_of_people(world),
        *_of_history(world),
        *_of_popups(world),
        *_of_steps(world),
        *_of_bounds(world, counts),
    ]


def _of_people(world: World) -> Iterator[str]:
    sample, terms = world.sample, world.draft.terms
    size = len(sample.ids)
    if size < sample.audience:
        yield (
            f"{size:,} of {sample.audience:,} contacts were tried, drawn by chance; each stands "
            f"for {sample.factor:.1f}. Small numbers are therefore rough."
        )
    yield "Contacts stay as they are now: rules are asked once, and answered alike on every day."
    yield "New contacts do not come. Who is inside now stays inside and is not followed."
    if terms.entry_kind == Entry.CALL:
        yield (
            f"Calls let {world.options.calls:g} % of the contacts in, once each, at any moment "
            "of the days alike."
        )
    if terms.entry_kind == Entry.SEGMENT and terms.members != Version.Members.PRESENT:
        yield (
            f"{world.options.joins:g} % of those who do not meet the rule now come to meet it "
            "within the days."
        )


def _of_history(world: World) -> Iterator[str]:
    forecast = world.forecast
    begin, end = forecast.window
    yield (
        "Each contact does again what it did at the same times of the week, from "
        f"{begin:%-d %B %Y} to {end:%-d %B %Y}: its events, its visits to the site, and what "
        "other journeys sent it."
    )
    for name, percent in sorted(world.options.events.items()):
        yield f"Instead of that, “{name}” happens to {percent:g} %."
    if forecast.is_cut:
        yield "So much has happened that only the first part of it was read."


def _of_popups(world: World) -> Iterator[str]:
    if not world.popups:
        return
    names = dict(assets.Popup.objects.filter(pk__in=world.popups).values_list("pk", "name"))
    for pk, popup in sorted(world.popups.items()):
        rates = popup.rates
        shares = ", ".join(f"{name} {share:.0f} %" for name, share in rates.percents.items())
        source = {
            "given": "as you assume",
            "measured": f"as its last {rates.shown:,} answers were",
            "assumed": f"by general rates, as only {rates.shown:,} answers of it are known",
        }[rates.source]
        yield f"“{names.get(pk, pk)}” is answered {source}: {shares}."
    if any(popup.rates.source == "assumed" for popup in world.popups.values()):
        yield (
            f"General rates of popups are {GUESS}. From {ENOUGH} answers on, a popup is answered "
            "as it was so far."
        )
    if any(popup.asks for popup in world.popups.values()):
        yield "Who has answered the browser’s own question before is not asked for permission."


def _of_steps(world: World) -> Iterator[str]:
    kinds = {step.kind for step in world.draft.steps.values()}
    if "push" in kinds:
        yield "Every push is active, its tags can be filled, and its push service takes it."
        if any(step.config["winner_after"] for step in world.draft.of_kind("push")):
            yield "No push of several wins before the end."
    if "webhook" in kinds:
        yield from _of_webhooks(world.options.webhooks)
    if kinds & {"update", "tag"}:
        yield "What steps write down about contacts changes nothing for later steps."
    if unheard := _asked_for_properties(world):
        names = ", ".join(f"“{name}”" for name in sorted(unheard))
        yield f"Nobody is led on, let in or out by {names} of a step of the draft itself."
    if world.draft.terms.exits_with_rule:
        yield "Nobody leaves for not meeting the rule any more."


def _of_webhooks(rates: dict[str, float]) -> Iterator[str]:
    shares = ", ".join(f"{name} {share:g} %" for name, share in rates.items())
    source = f"by general rates, which are {GUESS}" if rates == WEBHOOKS else "as you assume"
    yield f"Webhooks are answered within a second, {source}: {shares}; the others failed."


def _asked_for_properties(world: World) -> set[str]:
    """Return which events that the draft tracks are listened to for their properties only."""
    draft, terms = world.draft, world.draft.terms
    asked = {event for step in draft.steps.values() for _, event, where in step.listens if where}
    asked |= {
        event
        for event, where in (
            (terms.entry_event, terms.entry_where),
            (terms.exit_event, terms.exit_where),
            (terms.goal_event, terms.goal_where),
        )
        if where
    }
    return asked & {step.config["event"] for step in draft.of_kind("track")}


def _of_bounds(world: World, counts: Counts) -> Iterator[str]:
    if counts.cut:
        yield (
            f"{len(counts.cut):,} of the sample went through more than {MOST_VISITS:,} steps and "
            "were not followed any further."
        )
