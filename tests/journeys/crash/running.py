"""The whole of it: build, let flow, kill, wait, judge."""

import random
import time
from collections.abc import Callable
from itertools import islice
from typing import Any

from django.db.models import Max
from django.utils import timezone

from apps.accounts.id_lists import listed
from apps.delivery import popups
from apps.delivery.models import Popup
from apps.devices.models import Device
from apps.journeys import engine, tasks
from apps.journeys.models import Enrolment, Visit
from tests.journeys.crash import ending, flow
from tests.journeys.crash.judging import Judge
from tests.journeys.crash.killing import Crew, asked
from tests.journeys.crash.place import Place

HURRIED = ("popup", "event", "webhook")
TOLD = 20


def run(place: Place, *, people: int, kills: int, batch: int, seed: int) -> list[str]:
    """Return what is wrong in the end, in words; nothing, if nothing is."""
    draw = random.Random(seed)
    world = flow.build(people)
    # Small batches: more moments at which one can die.
    engine.BATCHES = dict.fromkeys(engine.BATCHES, batch)
    acts = {
        "worker 1": tasks.advance,
        "worker 2": tasks.advance,
        "visitors": visitors(world),
    }
    begun = time.monotonic()
    with Crew(place, acts, draw) as crew:
        for number in range(kills):
            goal = _fewest_visits(world) * (number + draw.random()) / kills
            _wait_until(lambda goal=goal: _visits() >= goal)
            print(f"{time.monotonic() - begun:.1f} s: {crew.kill()}", flush=True)
        _wait_until(lambda: not Enrolment.objects.inside().exists())
        deaths = crew.deaths
    taken = time.monotonic() - begun
    print(f"{people:,} through {len(world.journey.steps.all())} steps in {taken:.0f} s: {deaths}")
    judge = asked(lambda: Judge(world))
    return list(islice(judge.problems(), TOLD))


def visitors(world: flow.World) -> Callable[[], Any]:
    """Return what the visitors of the site do: some answer the popup, for others time passes."""
    answering = [pk for pk, person in world.people.items() if person.answers]
    steps = {step.pk: step.kind for step in world.journey.live_version.steps.all()}

    def act() -> int:
        waiting = Enrolment.objects.filter(
            state="waiting", step__in=[pk for pk, kind in steps.items() if kind in HURRIED]
        )
        asked_for = [pk for pk, kind in steps.items() if kind == "popup"]
        late = waiting.filter(due_at__gt=timezone.now())
        # Plain columns, as a row that moves on meanwhile must not be hurried where it is then.
        did = late.exclude(step__in=asked_for, contact__in=listed(answering)).update(
            due_at=timezone.now()
        )
        popup_rows = Popup.objects.filter(status="waiting", contact__in=listed(answering))
        for popup in popup_rows.select_related("contact__site")[:10]:
            device = Device.objects.select_related("contact__site").get(contact=popup.contact_id)
            popups.report(popup, device, popups.Report.DECLINED)
            did += 1
        return did

    return act


def _fewest_visits(world: flow.World) -> int:
    skips = sum(step.kind in {kind for kind, _ in flow.SKIPS} for step in world.journey.steps.all())
    return len(world.people) * (len(world.journey.steps.all()) - skips)


def _visits() -> int:
    return Visit.objects.aggregate(last=Max("pk"))["last"] or 0


def _wait_until(is_so: Callable[[], bool], seconds: float = 1_800) -> None:
    end = time.monotonic() + seconds
    last, since = -1, time.monotonic()
    while not asked(is_so):
        ending.end_if_told()
        now, visits = time.monotonic(), asked(_visits)
        if visits != last:
            last, since = visits, now
        if now > end or now - since > 90:
            states = asked(
                lambda: list(Enrolment.objects.inside().values_list("step__name", "state")[:5])
            )
            raise TimeoutError(f"Nothing moves any more: {states}")
        time.sleep(0.01)
