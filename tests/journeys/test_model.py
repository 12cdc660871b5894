"""Random journeys, contacts, events and jumps of the clock: the engine goes where a slow reading
of the same journeys goes. MODEL_EXAMPLES=50 looks at fifty times as many, at others each time."""

import os
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from apps.accounts import events
from apps.accounts.models import Contact
from apps.delivery import popups
from apps.delivery.models import Popup, Push
from apps.devices.models import Device
from apps.journeys import engine, lifecycle
from apps.journeys.listening import hearing
from apps.journeys.models import Enrolment, Journey, Visit
from apps.journeys.models.message_keys import enrolment_and_visit
from tests.factories import (
    a_device,
    a_popup,
    a_property,
    a_push,
    a_site,
    a_subscription,
    an_event,
)
from tests.journeys import flows_at_random as flows
from tests.journeys.reference_engine import Reference

pytestmark = pytest.mark.django_db

TIMES = float(os.environ.get("MODEL_EXAMPLES", "1"))
ZONE = "Asia/Kathmandu"
CLOCK = {"now": timezone.now()}
# What tells the ways of contacts apart; who comes in first by one event does not matter.
WAY = ("contact_id", "journey_id", "number")


class Machine(RuleBasedStateMachine):
    """The two side by side: what is done to one is done to the other, then they are compared."""

    def __init__(self):
        super().__init__()
        self.taken_back = transaction.atomic()
        self.taken_back.__enter__()
        CLOCK["now"] = CLOCK["begin"]
        self.reference = Reference(CLOCK["now"], ZONE)
        self.site = a_site(time_zone=ZONE)
        Journey.objects.filter(site=self.site).delete()
        a_property(self.site, "points", "number")
        self.popup, self.push = a_popup(self.site, wait_hours=24), a_push(self.site)
        self.devices = {}
        # Known once tracked, as rules and journeys name them.
        for number in range(4):
            self.add_contact(reachable=number % 2 == 0, language="de" if number < 2 else "fr")

    def teardown(self):
        transaction.set_rollback(True)
        self.taken_back.__exit__(None, None, None)

    def add_contact(self, *, reachable, language):
        device = a_device(self.site)
        if reachable:
            a_subscription(device)
        Contact.objects.filter(pk=device.contact_id).update(language=language)
        self.devices[device.contact_id] = device
        self.reference.contacts[device.contact_id] = {
            "language": language, "reachable": reachable, "state": {},
        }  # fmt: skip

    def settle(self):
        """Let both do all they can at this moment, and compare."""
        kinds = {
            step["kind"]
            for row in self.reference.enrolments
            for step in row["version"]["steps"].values()
        } | {
            step["kind"]
            for journey in self.reference.journeys.values()
            for step in journey["live"]["steps"].values()
        }
        # The first so many pass a limit: only one after the other can it be said who they are.
        one_by_one = "limit" in kinds
        self.reference.settle(one_by_one=one_by_one)
        busy = True
        while busy:
            busy = hearing.drain(seconds=30) > 0
            if one_by_one:
                for pk in Enrolment.objects.order_by(*WAY).values_list("pk", flat=True):
                    busy = engine.drain(seconds=30, only=[pk]) > 0 or busy
            else:
                busy = engine.drain(seconds=30) > 0 or busy
        self.compare()

    def compare(self):
        rows = list(Enrolment.objects.order_by(*WAY).select_related("step"))
        paths = {row.pk: [] for row in rows}
        for pk, key, outcome in Visit.objects.order_by("number").values_list(
            "enrolment", "step__key", "outcome"
        ):
            paths[pk].append((key, outcome))
        ways = {row.pk: (row.contact_id, row.journey_id, row.number) for row in rows}
        ours = [
            {
                "contact": row.contact_id,
                "journey": row.journey_id,
                "path": paths[row.pk],
                "state": row.state,
                "exit": row.exit_reason,
                "due": row.due_at if row.state == "waiting" else None,
                "tags": row.context.get("journey", {}),
            }
            for row in rows
        ]
        theirs = [
            {
                **{
                    name: row[name]
                    for name in ("contact", "journey", "path", "state", "exit", "tags")
                },
                "due": row["due"] if row["state"] == "waiting" else None,
            }
            for row in sorted(self.reference.enrolments, key=lambda row: row["id"])
        ]
        assert ours == theirs
        assert self.asked(Push, ways) == dict.fromkeys(self.reference.pushes, "queued")
        assert self.asked(Popup, ways) == {
            key: popup["status"] for key, popup in self.reference.popups.items()
        }
        states = dict(Contact.objects.filter(site=self.site).values_list("pk", "state"))
        assert states == {pk: row["state"] for pk, row in self.reference.contacts.items()}

    def asked(self, model, ways):
        found = {}
        for key, status in model.objects.values_list("key", "status"):
            enrolment, visit = enrolment_and_visit(key)
            found[ways[enrolment], visit] = status
        return found

    @rule(version=flows.versions())
    @precondition(lambda self: len(self.reference.journeys) < 3)
    def make_a_journey(self, version):
        journey = Journey.objects.create(site=self.site, name=f"J{len(self.reference.journeys)}")
        flows.write(journey, version, self.popup, self.push)
        self.reference.journeys[journey.pk] = {"status": "active", "held": False, "live": version}

    @rule(version=flows.versions(), data=st.data())
    @precondition(lambda self: self.reference.journeys)
    def publish_another_draft(self, version, data):
        pk = data.draw(st.sampled_from(list(self.reference.journeys)))
        flows.write(Journey.objects.get(pk=pk), version, self.popup, self.push)
        self.reference.journeys[pk]["live"] = version
        self.settle()

    @rule(data=st.data(), name=st.sampled_from(flows.EVENTS), n=st.integers(0, 9))
    @precondition(lambda self: self.reference.journeys)
    def something_happens(self, data, name, n):
        self.pass_time(timedelta(seconds=1))
        pk = data.draw(st.sampled_from(list(self.reference.contacts)))
        an_event(Contact.objects.get(pk=pk), name, n=n)
        self.reference.event(pk, name, {"n": n})
        self.settle()

    @rule(name=st.sampled_from(flows.EVENTS))
    @precondition(lambda self: self.reference.journeys)
    def it_happens_to_everybody(self, name):
        self.pass_time(timedelta(seconds=1))
        people = Contact.objects.filter(site=self.site).order_by("pk")
        events.track_many(
            [events.NewEvent(contact=person, name=name, properties={"n": 1}) for person in people]
        )
        for person in people:
            self.reference.event(person.pk, name, {"n": 1})
        self.settle()

    @rule(hours=st.sampled_from((1, 3, 25, 73)))
    @precondition(lambda self: self.reference.enrolments)
    def time_passes(self, hours):
        self.pass_time(timedelta(hours=hours))
        self.settle()

    def pass_time(self, span):
        CLOCK["now"] += span
        self.reference.now = CLOCK["now"]

    @rule(data=st.data(), outcome=st.sampled_from(flows.POPUP_ANSWERS))
    @precondition(lambda self: self.open_popups())
    def somebody_answers(self, data, outcome):
        self.pass_time(timedelta(seconds=1))
        key = data.draw(st.sampled_from(self.open_popups()))
        row = Enrolment.objects.get(**dict(zip(WAY, key[0], strict=True)))
        popup = Popup.objects.get(key=f"journey:{row.journey_id}:{row.pk}:{key[1]}")
        device = Device.objects.select_related("contact__site").get(
            pk=self.devices[row.contact_id].pk
        )
        assert popups.report(popup, device, popups.Report(outcome))
        self.reference.answer(key, outcome)
        self.settle()

    def open_popups(self):
        now = self.reference.now + timedelta(seconds=1)
        return [
            key
            for key, popup in self.reference.popups.items()
            if popup["status"] == "waiting" and popup["until"] > now
        ]

    @rule(data=st.data())
    @precondition(lambda self: self.reference.journeys)
    def somebody_pauses_or_resumes(self, data):
        pk = data.draw(st.sampled_from(list(self.reference.journeys)))
        journey, plain = Journey.objects.get(pk=pk), self.reference.journeys[pk]
        if plain["status"] == "active":
            lifecycle.pause(journey)
            plain["status"] = "paused"
        else:
            lifecycle.resume(journey)
            plain.update(status="active", held=False)
        self.settle()

    @rule(data=st.data())
    @precondition(lambda self: self.reference.journeys)
    def somebody_holds_or_lets_go(self, data):
        pk = data.draw(st.sampled_from(list(self.reference.journeys)))
        plain = self.reference.journeys[pk]
        plain["held"] = not plain["held"]
        Journey.objects.filter(pk=pk).update(is_held=plain["held"])
        self.settle()


@pytest.fixture
def standing_clock(monkeypatch):
    """Time stands still until a rule moves it on. Later than now: defaults of columns know the
    real moment only, and what they hold must be past."""
    CLOCK["begin"] = timezone.now().replace(microsecond=0) + timedelta(days=1)
    monkeypatch.setattr(timezone, "now", lambda: CLOCK["now"])
    monkeypatch.setattr(engine, "PAUSE_SECONDS", 0)
    monkeypatch.setattr(engine, "LONGEST_PAUSE_SECONDS", 0)
    CLOCK["now"] = CLOCK["begin"]


def test_the_engine_goes_where_a_slow_reading_goes(standing_clock):
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=max(1, int(8 * TIMES)),
            stateful_step_count=25,
            deadline=None,
            database=None,
            derandomize=TIMES == 1,
            # Finding the shortest way to a failure takes minutes.
            phases=[Phase.generate] if TIMES == 1 else [Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )
