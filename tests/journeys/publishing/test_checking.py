from datetime import date, time, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.journeys import publishing
from apps.journeys.documents.problems import Refused
from tests.factories import a_property, a_push, a_segment, a_user
from tests.journeys.authoring import a_draft, a_flow, a_step, lead

pytestmark = pytest.mark.django_db


@pytest.fixture
def journey():
    journey = a_draft()
    a_step(journey, "leave")
    return journey


def told(journey, **terms):
    """What is said of a journey with these terms: field and words."""
    for name, value in terms.items():
        setattr(journey, name, value)
    return [(problem.field, problem.message) for problem in publishing.problems(journey)]


def warned(journey, **terms):
    for name, value in terms.items():
        setattr(journey, name, value)
    return [str(problem) for problem in publishing.warnings(journey)]


class TestTerms:
    def test_it_finds_nothing_wrong_with_a_fine_journey(self, journey):
        assert told(journey) == []
        assert warned(journey) == []

    def test_a_journey_needs_steps(self):
        assert told(a_draft()) == [("", "The journey has no steps yet.")]

    def test_an_entry_by_event_needs_the_event(self, journey):
        assert told(journey, entry_event="") == [("entry_event", "Choose the event.")]

    def test_an_event_that_was_never_seen_may_enter_by_its_name_alone(self, journey):
        assert told(journey, entry_event="level_up") == []
        assert warned(journey) == ["Entry: No event “level_up” has been seen on this site yet."]
        where = [{"field": "level", "op": "gte", "value": 5}]
        assert told(journey, entry_where=where) == [
            ("entry_event", "No event “level_up” has been seen on this site.")
        ]

    def test_properties_of_events_must_be_known(self, journey):
        where = [{"field": "price", "op": "gte", "value": 5}]
        terms = {"entry_event": "purchase", "entry_where": where, "goal_event": "purchase",
                 "goal_where": where, "exit_event": "purchase", "exit_where": where}  # fmt: skip
        a_property(journey.site, "size", "number", event="purchase")

        assert told(journey, **terms) == [
            ("entry_event", "Nothing is known as “price” here."),
            ("exit_event", "Nothing is known as “price” here."),
            ("goal_event", "Nothing is known as “price” here."),
        ]
        a_property(journey.site, "price", "number", event="purchase")
        assert told(journey) == []

    def test_an_entry_by_joining_needs_a_rule(self, journey):
        assert told(journey, entry_kind="segment") == [
            ("entry_rule", "Say whom the journey is for: whoever comes to meet that enters.")
        ]
        rule = {"all": [{"segment": a_segment(journey.site).pk, "op": "in"}]}
        assert told(journey, entry_rule=rule) == []

    @pytest.mark.parametrize(
        ("terms", "expected"),
        [
            ({"repeats": "once"}, [("at_time", "Choose the time of day."),
                                   ("on_date", "Choose the day.")]),
            ({"repeats": "daily"}, [("at_time", "Choose the time of day.")]),
            ({"repeats": "daily", "at_time": time(9)}, []),
            ({"repeats": "weekly", "at_time": time(9)}, [("weekdays", "Choose days of the week.")]),
            ({"repeats": "weekly", "at_time": time(9), "weekdays": [0]}, []),
            ({"repeats": "monthly", "at_time": time(9)},
             [("month_days", "Choose days of the month.")]),
            ({"repeats": "once", "at_time": time(9), "on_date": date(2026, 1, 1)},
             [("on_date", "The time is past, so nobody would enter.")]),
            ({"repeats": "once", "at_time": time(9), "on_date": date(2026, 1, 1),
              "zone": "contact"}, [("on_date", "The time is past, so nobody would enter.")]),
            ({"repeats": "once", "at_time": time(9), "on_date": date(2999, 1, 1)}, []),
        ],
    )  # fmt: skip
    def test_a_schedule_says_when(self, journey, terms, expected):
        assert told(journey, entry_kind="schedule", **terms) == expected

    def test_dates_follow_each_other_and_are_to_come(self, journey):
        now = timezone.now()
        assert told(journey, starts_at=now, ends_at=now) == [
            ("ends_at", "The last moment to enter is not after the first.")
        ]
        assert told(journey, starts_at=None) == [("ends_at", "The last moment to enter is past.")]
        assert told(journey, ends_at=now + timedelta(hours=1)) == []

    def test_a_goal_is_needed_for_what_goes_by_it(self, journey):
        assert told(journey, control_percent=10, exits_on_goal=True) == [
            ("exits_on_goal", "There is no goal to leave on."),
            ("goal_event", "A control group is compared by the goal: choose its event."),
        ]
        assert told(journey, goal_event="push_clicked") == []

    def test_conditions_need_their_event(self, journey):
        where = [{"field": "x", "op": "is", "value": 1}]
        assert told(journey, goal_where=where) == [("goal_event", "Choose the event.")]

    def test_a_rule_is_needed_to_cease_to_meet_it(self, journey):
        assert told(journey, exits_with_rule=True) == [
            ("exits_with_rule", "There is no rule that those inside could cease to meet.")
        ]

    def test_it_excludes_others_that_exist(self, journey):
        assert told(journey, excluded=[journey.pk, 10**9]) == [
            (
                "excluded",
                "The journey excludes those inside itself: “may enter” says that already.",
            ),
            ("excluded", "A journey that it excludes does not exist any more."),
        ]

    def test_days_without_a_number_say_nothing(self, journey):
        assert told(journey, max_entries_days=7) == [
            ("max_entries", "Say how often at most a contact may enter within these days.")
        ]


class TestSteps:
    def test_the_rules_of_steps_are_asked_of_the_site(self):
        journey = a_draft()
        rule = {"all": [{"field": "state.plan", "op": "is", "value": "gold"}]}
        step = a_step(
            journey, "check", "Gold?", branches=[{"key": "gold", "name": "Gold", "rule": rule}]
        )

        found = publishing.problems(journey)

        assert [(each.step_key, str(each)) for each in found] == [
            (step.key, "Step “Gold?”: Nothing is known as “plan” here.")
        ]

    def test_events_that_a_step_waits_for_are_checked(self):
        journey = a_draft()
        events = [
            {"key": "a", "event": "level_up"},
            {"key": "b", "event": "purchase", "where": [{"field": "x", "op": "is", "value": 1}]},
        ]
        a_step(journey, "event", "Wait", events=events)

        assert told(journey) == [("b", "No event “purchase” has been seen on this site.")]
        assert warned(journey) == [
            "Step “Wait”: No event “level_up” has been seen on this site yet."
        ]

    def test_what_the_journey_tracks_itself_is_known(self):
        journey = a_draft(entry_event="level_up")
        a_step(journey, "track", event="level_up")

        assert warned(journey) == []

    def test_who_may_not_send_beyond_limits_may_not_publish_it(self):
        journey = a_draft()
        step = a_step(journey, "push", "Hi", respects_caps=False, respects_consent=False)

        root = a_user(first_name="Root", is_superuser=True)

        found = publishing.problems(journey, by=a_user())

        assert [(each.step_key, each.field, str(each)) for each in found] == [
            (step.key, "respects_caps",
             f"Step “Hi”: You may not send beyond the caps. Who may: {root}."),
            (step.key, "respects_consent",
             f"Step “Hi”: You may not send to who has opted out. Who may: {root}."),
        ]  # fmt: skip
        allowed = a_user()
        allowed.user_permissions.set(
            Permission.objects.filter(codename__in=["send_without_caps", "send_without_consent"])
        )
        assert publishing.problems(journey, by=allowed) == []
        assert publishing.problems(journey) == []


class TestFlow:
    def test_every_step_is_come_to(self):
        journey = a_draft()
        first, second = a_step(journey, "wait", "One"), a_step(journey, "leave", "Two")

        found = publishing.problems(journey)

        assert [(each.step_key, str(each)) for each in found] == [
            (second.key, "Step “Two”: Nobody comes here: lead an outcome to it, or delete it.")
        ]
        lead(first, "gone", second)
        assert len(publishing.problems(journey)) == 1
        lead(first, "done", second)
        assert publishing.problems(journey) == []

    def test_a_journey_that_starts_it_again_is_refused(self):
        journey = a_draft(entry_kind="call", name="One")
        other = a_draft(journey.site, entry_kind="call", name="Two")
        a_step(journey, "leave")
        publishing.publish(journey)
        a_step(other, "start", "Go", target=journey)
        publishing.publish(other)
        journey.steps.all().delete()
        a_step(journey, "start", "Back", target=other)

        assert told(journey) == [("", "“Two” starts this journey again, so it would never end.")]

    def test_a_journey_that_starts_itself_is_refused(self):
        journey = a_draft(entry_kind="call", name="One")
        step = a_step(journey, "leave")
        publishing.publish(journey)
        step.delete()
        a_step(journey, "start", "Again", target=journey)

        assert len(told(journey)) == 1


class TestCost:
    @pytest.mark.parametrize("kind", ["push", "popup", "start"])
    def test_it_asks_as_often_for_three_steps_as_for_one(self, kind):
        counts = []
        for steps in (1, 3):
            journey = a_draft()
            for step in a_flow(journey, *[kind] * steps):
                if kind == "push":
                    step.alternatives.create(push=a_push(journey.site))
            with CaptureQueriesContext(connection) as queries:
                publishing.problems(journey)
            counts.append(len(queries))

        assert counts[0] == counts[1]


class TestPublish:
    def test_it_refuses_with_every_problem_and_its_place(self):
        journey = a_draft(control_percent=10)
        step = a_step(journey, "push", "Hi", push=a_push(journey.site, name="N", status="draft"))

        with pytest.raises(Refused) as refused:
            publishing.publish(journey)

        assert [(each.step_key, each.field) for each in refused.value.problems] == [
            ("", "goal_event"),
            (step.key, ""),
        ]
        assert refused.value.messages == [
            "Goal: A control group is compared by the goal: choose its event.",
            "Step “Hi”: “N” is a draft; make it active first.",
        ]
