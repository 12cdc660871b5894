"""The two side by side: what is done to one is done to the other, then they are compared."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from hypothesis.stateful import RuleBasedStateMachine

from apps.accounts.models import Contact, Site
from apps.devices.models import Device
from apps.journeys import engine, entry, leaving, lifecycle, moving_over
from apps.journeys.listening import hearing
from apps.journeys.models import Enrolment, Journey, Sweep, Watch
from apps.journeys.webhooks import signing
from tests.factories import a_device, a_popup, a_property, a_push, a_site, a_subscription
from tests.journeys.model import comparing, writing
from tests.journeys.model.flows import EVENTS
from tests.journeys.model.reading import Plain
from tests.journeys.model.reference import Reference

ZONE = "Asia/Kathmandu"
# Of the contacts; an empty one is that of the site.
ZONES = ("", "Europe/Berlin", "America/Sao_Paulo", "Pacific/Apia")
CLOCK: dict[str, datetime] = {}
SECOND = timedelta(seconds=1)
LONG = 30
PEOPLE = 12
# Nobody goes so often round at one moment but who goes round without end.
TURNS = 60


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What is there before anything happens, made once for all examples: a site, and people with
    what the reference has to know of each; those who are not needed live elsewhere."""

    site: Site
    elsewhere: Site
    assets: writing.Assets
    devices: dict[int, Device]
    people: dict[int, Plain]


def a_scene() -> Scene:
    site = a_site(time_zone=ZONE)
    signing.create_secret(site)
    # Known once tracked, as rules and journeys name them.
    a_property(site, "points", "number")
    for name in EVENTS:
        a_property(site, "n", "number", event=name)
    scene = Scene(
        site=site,
        elsewhere=a_site(),
        assets=writing.Assets(popup=a_popup(site, wait_hours=24), push=a_push(site)),
        devices={},
        people={},
    )
    for number in range(PEOPLE):
        device, zone = a_device(site), ZONES[number % len(ZONES)]
        language, is_reachable = ("de", "fr")[number // 2 % 2], number % 4 != 0
        if is_reachable:
            a_subscription(device)
        contact = Contact.objects.filter(pk=device.contact_id)
        state = ({}, {"points": 3}, {"points": 7})[number % 3]
        contact.update(language=language, time_zone=zone, state=state)
        scene.devices[device.contact_id] = device
        scene.people[device.contact_id] = {
            "language": language, "reachable": is_reachable, "zone": zone, "state": state,
        }  # fmt: skip
    return scene


class SideBySide(RuleBasedStateMachine):
    """A site with a few contacts, and nothing that happens yet."""

    scene: Scene

    def __init__(self) -> None:
        super().__init__()
        self.taken_back = transaction.atomic()
        self.taken_back.__enter__()
        CLOCK["now"] = CLOCK["begin"]
        self.reference = Reference(CLOCK["now"], ZONE)
        self.site = self.scene.site

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.taken_back.__exit__(None, None, None)

    def come(self, contacts: list[int]) -> None:
        """Have these people on the site, and no others."""
        others = Contact.objects.filter(site=self.site).exclude(pk__in=contacts)
        others.update(site=self.scene.elsewhere)
        for pk in sorted(contacts):
            self.reference.add_contact(pk, **self.scene.people[pk])

    @property
    def contacts(self) -> list[int]:
        return list(self.reference.contacts)

    def publish(self, journey: Journey, version: Plain) -> None:
        writing.write(journey, version, self.scene.assets)
        self.reference.publish(journey.pk, version)

    def pass_time(self, span: timedelta) -> None:
        CLOCK["now"] += span
        self.reference.now = CLOCK["now"]

    # What a worker does.

    def settle(self) -> None:
        """Let both do all they can at this moment, and compare."""
        self.hear()
        moving_over.drain(seconds=LONG)
        self.reference.move_over()
        self.look()
        for _ in range(TURNS):
            moved = self.move()
            if not (self.hear() or moved):
                break
        else:
            raise AssertionError("Somebody goes round and round without time passing.")
        lifecycle.finish_those_over()
        self.reference.finish_those_over()
        self.compare()

    def hear(self) -> bool:
        heard = hearing.drain(seconds=LONG) > 0
        return self.reference.hear() or heard

    def look(self) -> None:
        """See who has joined and who has to leave: each time, and not once in a minute. Schedules
        come before."""
        past = CLOCK["now"] - timedelta(hours=1)
        kinds = {journey["live"]["kind"] for journey in self.reference.journeys.values()}
        if "schedule" in kinds:
            Watch.objects.exclude(due_at=None).update(due_at=CLOCK["now"] + timedelta(days=1))
            entry.drain(seconds=LONG)
            self.reference.strike()
        if "segment" in kinds:
            Watch.objects.exclude(due_at=None).update(due_at=past)
            entry.drain(seconds=LONG)
            self.reference.look()
        if any(row["version"]["sweeps"] for row in self.reference.rows if row["left"] is None):
            # Who has been inside too long has, whether they meet the rule or not.
            Sweep.objects.filter(reason=Sweep.Reason.TIMEOUT).update(due_at=past - SECOND)
            Sweep.objects.filter(reason=Sweep.Reason.RULE).update(due_at=past)
            leaving.sweep(seconds=LONG)
            self.reference.sweep()

    def move(self) -> bool:
        """Let everybody move who is due; one by one where it must be told who is first."""
        one_by_one = self.reference.is_order_told()
        moved = self.reference.move(one_by_one=one_by_one)
        if one_by_one:
            due = Enrolment.objects.due().filter(journey__site=self.site)
            for pk in due.order_by(*comparing.WAY).values_list("pk", flat=True):
                moved = engine.drain(seconds=LONG, only=[pk]) > 0 or moved
            return moved
        return engine.drain(seconds=LONG) > 0 or moved

    def compare(self) -> None:
        ours = comparing.of_engine(self.site)
        theirs = comparing.of_reference(self.reference)
        for name in theirs:
            found = comparing.differences(ours[name], theirs[name])
            assert not found, f"{name}, as the engine has them, and as they should be: {found}"
