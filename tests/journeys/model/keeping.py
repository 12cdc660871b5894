"""What those who keep a site do to its journeys."""

import itertools

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from apps.journeys import leaving, lifecycle, moving_over
from apps.journeys.models import Enrolment, Journey
from tests.journeys.model import flows
from tests.journeys.model.machine import CLOCK, SideBySide
from tests.journeys.model.versions import setting_off, versions

FIRST_JOURNEY, MOST_JOURNEYS = 1_000_001, 4
# So much happens at least before another version is published.
CALM = 4


class Keeping(SideBySide):
    @initialize(data=st.data())
    def make_some_journeys(self, data):
        people = st.lists(
            st.sampled_from(list(self.scene.people)), min_size=4, max_size=4, unique=True
        )
        self.come(data.draw(people))
        self.make(data, "call")
        set_each_other_off = data.draw(st.integers(1, 3)) == 3
        for entry, tracks in itertools.permutations(flows.TRACKED):
            version = self.draw_version(data, "event")
            if set_each_other_off:
                version = setting_off(version, entry=entry, tracks=tracks)
            self.create(version)

    @rule(data=st.data())
    @precondition(lambda self: len(self.reference.journeys) < MOST_JOURNEYS)
    def make_a_journey(self, data):
        self.make(data, data.draw(st.sampled_from(self.kinds())))
        self.settle()

    def kinds(self, *, but=None):
        """Ways to come in. Which of two schedules of one moment is first, nobody says."""
        lives = [row["live"] for pk, row in self.reference.journeys.items() if pk != but]
        is_scheduled = any(live["kind"] == "schedule" for live in lives)
        return ("event", "segment") if is_scheduled else ("event", "segment", "schedule")

    def make(self, data, kind):
        self.create(self.draw_version(data, kind))

    def draw_version(self, data, kind):
        others = tuple(self.reference.journeys)
        return data.draw(self.a_version(kind, targets=self.targets(), others=others))

    def create(self, version):
        # Of one id in every example: by it is drawn who is kept out for comparison.
        pk = FIRST_JOURNEY + len(self.reference.journeys)
        journey = Journey.objects.create(pk=pk, site=self.site, name=f"Journey {pk}")
        self.publish(journey, version)
        self.calm = CALM

    def targets(self):
        """Journeys that others can start: those of them that start none themselves."""
        return tuple(
            pk
            for pk, journey in self.reference.journeys.items()
            if journey["live"]["kind"] == "call"
        )

    def a_version(self, kind, *, targets, others):
        # Journeys that are started start none: it could go round.
        return versions(
            now=CLOCK["now"],
            kind=kind,
            targets=targets if kind != "call" else (),
            others=others,
        )

    def settle(self):
        self.calm -= 1
        super().settle()

    def some_journey(self, data, which=lambda journey: True):
        found = [pk for pk, journey in self.reference.journeys.items() if which(journey)]
        return data.draw(st.sampled_from(found))

    @rule(data=st.data())
    @precondition(lambda self: self.calm <= 0)
    def publish_another_draft(self, data):
        self.calm = CALM
        pk = self.some_journey(data)
        live = self.reference.journeys[pk]["live"]
        kinds = ("call",) if live["kind"] == "call" else ("event", *self.kinds(but=pk))
        others = tuple(other for other in self.reference.journeys if other != pk)
        version = data.draw(
            st.sampled_from(kinds).flatmap(
                lambda kind: self.a_version(kind, targets=self.targets(), others=others)
            )
        )
        if live["kind"] == version["kind"] == "segment" and data.draw(st.booleans()):
            version["rule"] = live["rule"]
        self.publish(Journey.objects.get(pk=pk), version)
        self.settle()

    @rule(data=st.data(), gone=st.sampled_from((moving_over.STAY, moving_over.LEAVE)))
    @precondition(lambda self: self.are_inside_older())
    def somebody_moves_those_inside_over(self, data, gone):
        pk, older = data.draw(st.sampled_from(self.are_inside_older()))
        live = self.reference.journeys[pk]["live"]["steps"]
        to = {}
        if data.draw(st.booleans()):
            to[older] = data.draw(st.sampled_from(list(live)))
        moving_over.begin(Journey.objects.get(pk=pk), gone=gone, to=to)
        self.reference.journeys[pk]["over"] = {"gone": gone, "to": to}
        self.settle()

    def are_inside_older(self):
        """Which steps of older versions of running journeys somebody is at."""
        return sorted(
            {
                (row["journey"], row["step"])
                for row in self.reference.rows
                for journey in [self.reference.journeys[row["journey"]]]
                if row["left"] is None and row["version"] is not journey["live"]
                if journey["status"] in ("active", "paused")
            }
        )

    @rule(data=st.data())
    def somebody_pauses_or_holds(self, data):
        pk = self.some_journey(data)
        journey, plain = Journey.objects.get(pk=pk), self.reference.journeys[pk]
        is_held = plain["held_at"] is not None
        if plain["status"] == "active" and data.draw(st.booleans()):
            lifecycle.pause(journey)
            self.reference.pause(pk)
        elif plain["status"] in ("active", "paused") and not is_held:
            lifecycle.hold(journey)
            self.reference.hold(pk)
        self.settle()

    @rule(data=st.data())
    @precondition(lambda self: self.are_coming_due())
    def somebody_holds_one_until_a_wait_is_over(self, data):
        pk, due = data.draw(st.sampled_from(self.are_coming_due()))
        lifecycle.hold(Journey.objects.get(pk=pk))
        self.reference.hold(pk)
        self.settle()
        self.pass_time(due - CLOCK["now"])
        self.settle()

    def are_coming_due(self):
        """Which journeys move those inside, and when the next of them are due."""
        return sorted(
            {
                (row["journey"], row["due"])
                for row in self.reference.rows
                if row["due"] and row["due"] > CLOCK["now"] and self.reference.runs(row)
            }
        )

    @rule(data=st.data(), shift_waits=st.booleans())
    @precondition(lambda self: self.are_paused())
    def somebody_resumes(self, data, shift_waits):
        pk = data.draw(st.sampled_from(self.are_paused()))
        lifecycle.resume(Journey.objects.get(pk=pk), shift_waits=shift_waits)
        self.reference.resume(pk, shift_waits=shift_waits)
        self.settle()

    def are_paused(self):
        journeys = self.reference.journeys.items()
        return [pk for pk, journey in journeys if journey["status"] == "paused"]

    @rule(data=st.data())
    @precondition(lambda self: self.are_running())
    def somebody_finishes_one(self, data):
        pk = data.draw(st.sampled_from(self.are_running()))
        lifecycle.finish(Journey.objects.get(pk=pk))
        self.reference.finish(pk)
        self.settle()

    def are_running(self):
        journeys = self.reference.journeys.items()
        return [pk for pk, journey in journeys if journey["status"] in ("active", "paused")]

    @rule(data=st.data())
    @precondition(lambda self: self.are_inside())
    def somebody_takes_a_contact_out(self, data):
        pk = data.draw(st.sampled_from(self.are_inside()))
        leaving.leave_by_hand(Enrolment.objects.filter(contact=pk), "Test")
        self.reference.take_out(pk)
        self.settle()

    def are_inside(self):
        return sorted({row["contact"] for row in self.reference.rows if row["left"] is None})
