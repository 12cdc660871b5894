"""A graph with every kind of step that there is, and who flows through it."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection
from django.utils import timezone
from django_q.models import Schedule

from apps.accounts.models import Contact, Site, WakeUp
from apps.delivery import pushes
from apps.delivery.models import Push
from apps.devices.models import Device, Subscription
from apps.journeys import publishing
from apps.journeys.kinds import KINDS
from apps.journeys.models import (
    CheckStep,
    CompiledStep,
    Journey,
    Lead,
    LeaveStep,
    LimitStep,
    PopupStep,
    PushStep,
    SigningSecret,
    SplitStep,
    StartStep,
    Step,
    TagStep,
    TrackStep,
    UpdateStep,
    Visit,
    WaitForEventStep,
    WaitStep,
    WebhookStep,
)
from apps.journeys.primitives import moving
from apps.journeys.webhooks import CALL
from tests.factories import a_popup, a_property, a_push, a_site
from tests.journeys.flows import put_in

GOLD = {"field": "state.plan", "op": "is", "value": "gold"}
PATHS = [{"key": "a", "name": "A", "weight": 1}, {"key": "b", "name": "B", "weight": 1}]
# In the order in which they are passed; the last one ends the way.
BUILDERS: dict[str, Callable[[Site, int], Step]] = {
    "wait": lambda site, people: WaitStep(unit="minutes"),
    "check": lambda site, people: CheckStep(branches=[{"key": "g", "name": "Gold", "rule": GOLD}]),
    "tag": lambda site, people: TagStep(tag="plan", source="state.plan"),
    "split": lambda site, people: SplitStep(paths=PATHS),
    "update": lambda site, people: UpdateStep(
        changes=[{"op": "increment", "name": "seen", "value": 1}]
    ),
    "track": lambda site, people: TrackStep(event="went_by"),
    "limit": lambda site, people: LimitStep(most=_within(people), period="ever"),
    "push": lambda site, people: PushStep(push=a_push(site)),
    "popup": lambda site, people: PopupStep(popup=a_popup(site)),
    "event": lambda site, people: WaitForEventStep(
        events=[{"key": "bought", "name": "Bought", "event": "bought", "where": []}]
    ),
    "webhook": lambda site, people: WebhookStep(url="https://shop.example/hook"),
    "start": lambda site, people: StartStep(target=_started(site)),
    "leave": lambda site, people: LeaveStep(),
}
# Whom these outcomes pass over a step.
SKIPS = {("check", "none"), ("split", "b"), ("limit", "beyond")}


def _within(people: int) -> int:
    return people // 3


@dataclass(frozen=True)
class Person:
    """What is known of a contact beforehand, and decides where it has to go."""

    is_gold: bool
    has_device: bool
    answers: bool


@dataclass(frozen=True)
class World:
    journey: Journey
    people: dict[int, Person]
    first: CompiledStep

    @property
    def within(self) -> int:
        return _within(len(self.people))


def build(number: int) -> World:
    """Make the journey and its contacts, and let all of them come in."""
    missing = KINDS.keys() - BUILDERS.keys()
    assert not missing, f"The graph of the crash test lacks: {', '.join(sorted(missing))}"
    # Nothing leaves the machine, and nothing is summed or removed but by the moves.
    Schedule.objects.exclude(func="apps.journeys.tasks.advance").delete()
    later = timezone.now() + timezone.timedelta(days=1)
    for task in (pushes.SEND, CALL):
        WakeUp.objects.create(task=task, is_called=True, called_at=later)
    site = a_site()
    SigningSecret.objects.create(site=site, secret="secret")
    for name, type in {"plan": "text", "seen": "number"}.items():
        a_property(site, name, type)
    journey = _published(site, [BUILDERS[kind](site, number) for kind in BUILDERS if kind in KINDS])
    people = _people(site, number)
    _without_second_walls()
    first = put_in(journey, Contact.objects.filter(site=site))
    moving.count(first, number, at=timezone.now())
    return World(journey, people, first)


def _published(site: Site, steps: list[Step]) -> Journey:
    journey = Journey.objects.create(site=site, name="Everything", entry_event="never")
    for position, step in enumerate(steps):
        step.journey, step.position, step.name = journey, position, step.kind
        step.save()
    for step, following in itertools.pairwise(steps):
        after = steps[min(steps.index(following) + 1, len(steps) - 1)]
        for outcome, _ in step.outcomes:
            target = after if (step.kind, outcome) in SKIPS else following
            Lead.objects.create(step=step, outcome=outcome, target=target)
    version = publishing.publish(journey)
    # A minute would be long.
    for step in version.steps.filter(kind__in=("wait", "event")):
        seconds = 1 if step.kind == "wait" else 3600
        CompiledStep.objects.filter(pk=step.pk).update(config={**step.config, "seconds": seconds})
    return journey


def _started(site: Site) -> Journey:
    """The journey that the others start."""
    journey = Journey.objects.create(site=site, name="Started", entry_kind="call")
    LeaveStep.objects.create(journey=journey, name="Leave")
    publishing.publish(journey)
    return journey


def _people(site: Site, number: int) -> dict[int, Person]:
    persons = [Person(n % 2 == 0, n % 4 != 0, n % 50 == 0) for n in range(number)]
    contacts = Contact.objects.bulk_create(
        (Contact(site=site, state={"plan": "gold" if p.is_gold else "free"}) for p in persons),
        batch_size=5_000,
    )
    devices = Device.objects.bulk_create((Device(contact=c) for c in contacts), batch_size=5_000)
    key = site.vapid_keys.first()
    Subscription.objects.bulk_create(
        (
            Subscription(
                device=device,
                key=key,
                endpoint=f"https://push.example/{n}",
                endpoint_hash=f"{n:064}",
                p256dh="p",
                auth="a",
            )
            for n, (device, person) in enumerate(zip(devices, persons, strict=True))
            if person.has_device
        ),
        batch_size=5_000,
    )
    return {contact.pk: person for contact, person in zip(contacts, persons, strict=True)}


def _without_second_walls() -> None:
    """Take away what would hide that something was done twice."""
    for model in (Visit, Push):
        with connection.schema_editor() as editor:
            for constraint in model._meta.constraints:
                editor.remove_constraint(model, constraint)
