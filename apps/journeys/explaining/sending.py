"""Whether the pushes that come next would be sent if it were now, and why not."""

from collections import deque
from collections.abc import Iterable

from apps.assets import models as assets
from apps.delivery import standing
from apps.delivery.judging import Why
from apps.delivery.standing import Standing
from apps.journeys.explaining.answers import Gate, Sending
from apps.journeys.explaining.asking import Asked, counted, in_zone
from apps.journeys.models import CompiledStep, PushStep, Version

MOST_STEPS = 5


def next_pushes(asked: Asked) -> list[Sending]:
    """Return the push steps that come next on the way the contact is on; of who is not inside
    those that would come first. A constant number of queries."""
    inside = next((way for way in asked.ways if way.left_at is None), None)
    version = inside.version if inside else asked.version
    steps = list(CompiledStep.objects.filter(version=version))
    start = inside.step.key if inside else next((step.key for step in steps), "")
    coming = list(_coming(steps, start))[:MOST_STEPS]
    if not coming:
        return []
    ids = {pk for step in coming for pk, _ in step.config["pushes"]}
    found = assets.Push.objects.in_bulk(ids)
    now = standing.of(asked.contact, category=version.category)
    return [_sending(asked, step, version, found, now) for step in coming]


def _coming(steps: list[CompiledStep], start: str) -> Iterable[CompiledStep]:
    """Yield the push steps that are reached first, on any path."""
    by_key = {step.key: step for step in steps}
    ahead, seen = deque([start]), {start}
    while ahead:
        step = by_key.get(ahead.popleft())
        if step is None:
            continue
        if step.kind == "push":
            yield step
            continue
        following = [key for key in step.leads.values() if key not in seen]
        ahead.extend(dict.fromkeys(following))
        seen.update(following)


def _sending(
    asked: Asked, step: CompiledStep, version: Version, found: dict[int, assets.Push], now: Standing
) -> Sending:
    pushes = [found[pk] for pk, _ in step.config["pushes"] if pk in found]
    return Sending(
        step=step.name,
        pushes=[str(push) for push in pushes],
        gates=[
            _active(pushes),
            _consent(asked, step, now),
            _devices(now),
            _caps(step, version, now),
            _hours(asked, step, now),
        ],
    )


def _active(pushes: list[assets.Push]) -> Gate:
    words = ", ".join(f"“{push}” is {push.get_status_display().lower()}" for push in pushes)
    is_met = any(push.is_active for push in pushes)
    return Gate(name="asset", asked="The push is active", is_met=is_met, found=words)


def _consent(asked: Asked, step: CompiledStep, now: Standing) -> Gate:
    contact = asked.contact
    found = "has not opted out"
    if contact.push_disabled_by_platform:
        found = "opted out by the platform"
    elif contact.unsubscribed_at:
        found = f"unsubscribed on {asked.when(contact.unsubscribed_at)}"
    is_asked = step.config["consent"]
    return Gate(
        name="consent",
        asked="The contact has not opted out" if is_asked else "Sent whoever has opted out",
        is_met=now.unreachable(ignores_consent=not is_asked) != Why.OPTED_OUT,
        found=found,
        is_asked=is_asked,
    )


def _devices(now: Standing) -> Gate:
    count = len(now.devices)
    words = f"{count} {'device' if count == 1 else 'devices'}"
    found = f"{words}: {', '.join(now.devices)}" if count else "none"
    asked = "A device with a live subscription"
    is_met = now.unreachable(ignores_consent=True) != Why.NO_DEVICE
    return Gate(name="devices", asked=asked, is_met=is_met, found=found)


def _caps(step: CompiledStep, version: Version, now: Standing) -> Gate:
    cap, is_asked = now.cap, step.config["caps"]
    if cap is None or not is_asked:
        asked = "No cap" if cap is None else "Sent beyond the caps"
        return Gate(name="caps", asked=asked, is_met=True, found="", is_asked=False)
    pushes = f"{version.category} push{'' if cap.most == 1 else 'es'}"
    asked = f"At most {cap.most:,} {pushes} within {counted(cap.days, 'day')}"
    found = f"{now.facts.sent:,} of {cap.most:,} sent in that time"
    return Gate(name="caps", asked=asked, is_met=not now.is_capped, found=found)


def _hours(asked: Asked, step: CompiledStep, now: Standing) -> Gate:
    kind, zone = step.config["hours"], asked.zone
    words = PushStep.Hours(kind).label
    if kind in (PushStep.Hours.ALWAYS, PushStep.Hours.FIXED):
        at = f": {step.config['at']}" if kind == PushStep.Hours.FIXED else ""
        return Gate(name="hours", asked=f"{words}{at}", is_met=True, found="", is_asked=False)
    is_met = now.hours.allows(asked.at, zone)
    found = f"it is {in_zone(asked.at, zone)} in {zone.key}"
    if not is_met:
        later = now.hours.next_allowed(asked.at, zone)
        found += f"; allowed next on {in_zone(later, zone)}" if later else "; never allowed"
    return Gate(name="hours", asked=words, is_met=is_met, found=found)
