import datetime
import json

import pytest

from apps.journeys.models import Edit, Journey
from tests.factories import a_site
from tests.journeys.builder.house import Builder, a_draft, errors

ASK = {"all": [{"field": "push_status", "op": "is", "value": "ask"}]}


@pytest.fixture
def stored(journey):
    def read():
        return Journey.objects.get(pk=journey.pk)

    return read


def shown(builder):
    """What the card says that the flow begins with."""
    return builder.page().context["picture"].entry


class TestEntry:
    def test_a_schedule_names_the_zone_of_the_site(self, client, db):
        builder = Builder(client, a_draft(a_site(time_zone="America/Sao_Paulo")))

        form = builder.get("flow/terms/entry/").content.decode()

        assert "The site’s is America/Sao_Paulo." in form

    def test_it_saves_event_and_rule(self, builder, stored):
        builder.save_terms("entry", entry_event="purchase", entry_rule=json.dumps(ASK))

        assert (stored().entry_event, stored().entry_rule) == ("purchase", ASK)
        assert Edit.objects.get().words == "Changed: Entry"

    def test_it_refuses_a_rule_that_cannot_be_asked(self, builder, stored):
        rule = json.dumps({"field": "state.gone", "op": "is", "value": "x"})

        answer = builder.save_terms("entry", entry_event="purchase", entry_rule=rule)

        assert errors(answer) == {"id_entry_rule": ["Nothing is known as “gone” here."]}
        assert (stored().entry_event, stored().entry_rule) == ("session_started", {})

    def test_it_saves_a_schedule(self, builder, stored):
        builder.save_terms(
            "entry", entry_kind="schedule", repeats="weekly", weekdays=["0", "2"], at_time="09:00"
        )

        assert (stored().weekdays, stored().at_time) == ([0, 2], datetime.time(9))

    @pytest.mark.parametrize(
        ("repeats", "field"),
        [("once", "on_date"), ("weekly", "weekdays"), ("monthly", "month_days")],
    )
    def test_a_schedule_asks_for_what_it_needs(self, builder, stored, repeats, field):
        answer = builder.save_terms(
            "entry", entry_kind="schedule", repeats=repeats, at_time="09:00"
        )

        assert list(errors(answer)) == [f"id_{field}"]
        assert stored().entry_kind == "event"

    def test_what_is_hidden_is_left_as_it_was(self, builder, stored):
        builder.save_terms("entry", entry_kind="call", month_days="99, soon", entry_event="x" * 999)

        assert (stored().entry_kind, stored().entry_event) == ("call", "session_started")

    def test_nor_is_it_overwritten_by_what_could_be_stored(self, builder, stored):
        builder.save_terms("entry", entry_kind="call", month_days="7", entry_event="purchase")

        assert (stored().entry_kind, stored().entry_event, stored().month_days) == (
            "call",
            "session_started",
            [],
        )

    @pytest.mark.parametrize("days", ["0", "32", "1.5", "soon", "1" * 5000])
    def test_it_refuses_days_that_no_month_has(self, builder, days):
        answer = builder.save_terms(
            "entry", entry_kind="schedule", repeats="monthly", month_days=days, at_time="09:00"
        )

        assert "id_month_days" in errors(answer)


class TestOften:
    def test_it_saves_pauses(self, builder, stored):
        builder.save_terms("often", reentry="pause", reentry_pauses="5, 10")

        assert (stored().reentry, stored().reentry_pauses) == ("pause", [5, 10])

    @pytest.mark.parametrize("pauses", ["", "soon", "3, -1", "0", "3.5"])
    def test_it_refuses_pauses_that_are_no_days(self, builder, stored, pauses):
        answer = builder.save_terms("often", reentry="pause", reentry_pauses=pauses)

        assert list(errors(answer)) == ["id_reentry_pauses"]
        assert stored().reentry_pauses == [3, 7, 30]

    def test_it_excludes_journeys_of_the_site_alone(self, builder, journey, stored):
        own, strange = a_draft(journey.site, "Own"), a_draft(a_site(), "Strange")

        builder.save_terms("often", excluded=[own.pk])
        answer = builder.save_terms("often", excluded=[strange.pk])

        assert list(errors(answer)) == ["id_excluded"]
        assert stored().excluded == [own.pk]


class TestExitAndGoal:
    def test_it_saves_exits(self, builder, stored):
        builder.save_terms("exit", exit_event="unsubscribed", exits_on_goal="on", timeout_hours=48)

        found = stored()
        assert (found.exit_event, found.exits_on_goal, found.timeout_hours) == (
            "unsubscribed",
            True,
            48,
        )

    def test_it_saves_goal_and_control_group(self, builder, stored):
        builder.save_terms("goal", goal_event="purchase", goal_hours=24, control_percent=10)

        assert (stored().goal_event, stored().goal_hours, stored().control_percent) == (
            "purchase",
            24,
            10,
        )

    def test_it_refuses_more_than_there_can_be(self, builder, stored):
        answer = builder.save_terms("goal", control_percent=91, goal_hours=9000)

        assert sorted(errors(answer)) == ["id_control_percent", "id_goal_hours"]
        assert stored().control_percent == 0


class TestGeneral:
    def test_it_saves_name_category_and_dates(self, builder, stored):
        builder.save_terms("general", name="Summer", category="operational",
                           starts_at="2026-06-01T09:00")  # fmt: skip

        assert (stored().name, stored().category) == ("Summer", "operational")
        assert stored().starts_at is not None

    def test_moments_are_written_and_shown_in_the_site_s_own_time(self, client, db):
        journey = a_draft(a_site(time_zone="Asia/Kathmandu"))
        builder = Builder(client, journey)

        builder.save_terms("general", starts_at="2026-06-01T09:00", ends_at="2026-06-30T18:00")

        found = Journey.objects.get(pk=journey.pk)
        assert found.starts_at == datetime.datetime(2026, 6, 1, 3, 15, tzinfo=datetime.UTC)
        form = builder.get("flow/terms/general/").content.decode()
        assert 'value="2026-06-01T09:00"' in form
        assert form.count("In the site’s time zone, Asia/Kathmandu.") == 2
        assert "Open from 1 June 2026, 09:00 until 30 June 2026, 18:00" in shown(builder)

    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({"name": "Other"}, "name"),
            ({"name": ""}, "name"),
            ({"name": "\u200b"}, "name"),
            ({"starts_at": "2026-06-02T09:00", "ends_at": "2026-06-01T09:00"}, "ends_at"),
            ({"starts_at": "soon"}, "starts_at"),
        ],
    )
    def test_what_is_wrong_is_said_and_not_stored(self, builder, journey, stored, values, field):
        a_draft(journey.site, "Other")

        answer = builder.save_terms("general", **values)

        assert list(errors(answer)) == [f"id_{field}"]
        assert (stored().name, stored().starts_at) == ("Spring", None)


class TestTheName:
    def save(self, builder, name):
        return errors(builder.save_terms("general", name=name))

    def test_one_that_is_taken_is_refused_at_the_field(self, builder, journey, stored):
        a_draft(journey.site, name="Summer")

        told = self.save(builder, "Summer")

        assert told == {"id_name": ["The site has a journey of this name already."]}
        assert stored().name == "Spring"

    def test_a_journey_keeps_its_own_and_other_sites_have_theirs(self, builder, stored):
        a_draft(a_site(), name="Spring")

        assert self.save(builder, "Spring") == {}
        assert stored().name == "Spring"

    def test_signs_that_nobody_sees_are_refused_with_their_place(self, builder, stored):
        told = self.save(builder, "gpj\u202egnp")

        words = "This character is never seen, and may turn the others around. (character 4)"
        assert told == {"id_name": [words]}
        assert stored().name == "Spring"


class TestTwoPeople:
    def test_the_second_is_asked(self, builder, stored):
        page = builder.get("flow/terms/goal/")
        builder.save_terms("goal", goal_event="purchase")
        mine = {"goal_event": "signup", "goal_hours": 5, "control_percent": 0}

        answer = builder.post("flow/terms/goal/", seen=page.context["seen"], **mine)

        assert (
            "You have changed this journey meanwhile in another window" in answer.content.decode()
        )
        assert stored().goal_event == "purchase"

        builder.post("flow/terms/goal/", anyway="1", **mine)

        assert stored().goal_event == "signup"


def test_a_group_that_is_none_is_not_found(builder):
    assert builder.get("flow/terms/other/").status_code == 404
