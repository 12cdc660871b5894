import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.models import Site
from apps.delivery.models import Popup, Push
from apps.journeys import publishing
from apps.journeys.models import Journey, PopupStep, PushAlternative, PushStep, Winner
from apps.journeys.models.message_keys import campaign
from apps.journeys.numbers import periods
from tests.factories import a_device, a_live_journey, a_popup, a_push
from tests.journeys.builder.house import Builder, a_draft
from tests.journeys.builder.inside import a_published_line, left, stands, step_of


@pytest.fixture
def line(client, db):
    return Builder(client, a_published_line("One", "Two"))


def counts(builder, query=""):
    """The numbers, with the names of steps instead of their keys."""
    names = {step.key: step.name for step in builder.journey.steps.all()}
    found = builder.get(f"numbers/{query}").json()["counts"]
    told = {}
    for name, count in found.items():
        key, _, rest = name.partition("/")
        told[f"{names.get(key, key)}/{rest}"] = count
    return told


class TestPicture:
    def test_it_counts_who_came_waits_and_left(self, line):
        one, two = step_of(line.journey, "One"), step_of(line.journey, "Two")
        stands(one)
        stands(one, state="failed")
        stands(two)
        left(one)
        left(one, "goal")

        assert counts(line) == {
            "/entered": 5,
            "/inside": 3,
            "One/entered": 4,
            "One/waiting": 1,
            "One/failed": 1,
            "One/left/done": 1,
            "One/left/goal": 1,
            "One/otherwise": 1,
            "Two/entered": 1,
            "Two/waiting": 1,
        }

    def test_who_stands_where_the_draft_has_nothing_is_counted_at_the_start(self, line):
        stands(step_of(line.journey, "Two"))
        line.edit("delete", key=line.journey.steps.get(name="Two").key)

        assert counts(line) == {"/entered": 1, "/inside": 1, "/elsewhere": 1}

    def test_it_compares_with_the_control_group(self, line):
        Journey.objects.filter(pk=line.journey.pk).update(goal_event="purchase")
        line.journey.refresh_from_db()
        publishing.publish(line.journey)
        one = step_of(line.journey, "One")
        stands(one, converted_at=timezone.now())
        stands(one, is_control=True, state="left", left_at=timezone.now(), exit_reason="control")

        answer = line.get("numbers/").json()

        assert answer["counts"]["/control"] == 1
        assert answer["texts"]["/rate"] == "100.0%"
        assert answer["texts"]["/conversion"].startswith("Too few to tell: 1 entered")

    def test_a_number_stands_once_on_each_way(self, line, client):
        onboarding = Builder(client, a_live_journey())
        for builder in (line, onboarding):
            page = builder.page().content.decode()
            for step in builder.journey.steps.all():
                for outcome, _ in step.outcomes:
                    assert page.count(f'data-number="{step.key}/left/{outcome}"') == 1

    def test_a_draft_has_no_numbers(self, builder):
        page = builder.page()

        assert page.context["numbers"] is None
        assert "flow-live" not in page.content.decode()

    def test_the_page_begins_with_the_numbers_that_its_address_asks_for(self, line):
        stands(step_of(line.journey, "One"), days_ago=10)

        page = line.client.get(f"{line.base}change/?period=7")
        wrong = line.client.get(f"{line.base}change/?period=explode")

        assert page.context["numbers"]["data"]["counts"] == {
            "/inside": 1,
            f"{line.journey.steps.get(name='One').key}/waiting": 1,
        }
        assert page.context["numbers"]["period"] == "7"
        assert (wrong.status_code, wrong.context["numbers"]["period"]) == (200, "all")

    def test_it_costs_the_same_however_many_are_inside(self, line):
        stands(step_of(line.journey, "One"))
        line.get("numbers/")
        with CaptureQueriesContext(connection) as one:
            line.get("numbers/")
        for _ in range(3):
            stands(step_of(line.journey, "One"))
            left(step_of(line.journey, "Two"))
        with CaptureQueriesContext(connection) as more:
            assert line.get("numbers/").status_code == 200

        assert len(one) == len(more), "\n".join(query["sql"] for query in more)

    def test_analysts_see_them_and_strangers_do_not(self, client, line):
        assert Builder(client, line.journey, "Analyst").get("numbers/").status_code == 200
        client.logout()
        assert line.get("numbers/").status_code == 302


class TestMessages:
    def queue(self, model, step, asset, device, **values):
        now = timezone.now()
        common = {"campaign": campaign(step.journey_id), "step": step.key, "expires_at": now}
        return model.objects.create(
            key=uuid.uuid4().hex,
            contact=device.contact,
            device=device,
            asset=asset,
            **{**common, **values},
        )

    def test_it_says_what_became_of_pushes_and_which_won(self, client, db):
        journey, now = a_draft(), timezone.now()
        ours, other = a_push(journey.site), a_push(journey.site)
        step = PushStep.objects.create(journey=journey, name="Send", push=ours, position=1)
        PushAlternative.objects.create(step=step, push=other)
        publishing.publish(journey)
        device = a_device(journey.site)
        told = {"status": "accepted", "shown_at": now}
        self.queue(Push, step, ours, device, **told, clicked_at=now)
        self.queue(Push, step, other, device, **told)
        self.queue(Push, step, other, device, status="failed")
        Winner.objects.create(journey=journey, step_key=step.key, push=ours)
        builder = Builder(client, journey)

        assert counts(builder) == {
            "Send/accepted": 2,
            "Send/shown": 2,
            "Send/clicked": 1,
            f"Send/push/{ours.pk}/accepted": 1,
            f"Send/push/{ours.pk}/shown": 1,
            f"Send/push/{ours.pk}/clicked": 1,
            f"Send/push/{ours.pk}/winner": 1,
            f"Send/push/{other.pk}/accepted": 1,
            f"Send/push/{other.pk}/shown": 1,
        }
        assert f"{step.key}/push/{other.pk}/clicked" in builder.page().content.decode()

    def test_it_says_what_became_of_popups(self, client, db):
        journey, now = a_draft(), timezone.now()
        popup = a_popup(journey.site)
        step = PopupStep.objects.create(journey=journey, name="Ask", popup=popup, position=1)
        publishing.publish(journey)
        device = a_device(journey.site)
        self.queue(Popup, step, popup, device, status="declined", shown_at=now, answered_at=now)
        self.queue(Popup, step, popup, device, status="unseen", answered_at=now)
        self.queue(Popup, step, popup, device, status="shown", shown_at=now)
        old = now - timedelta(days=40)
        self.queue(Popup, step, popup, device, status="declined", shown_at=old, queued_at=old)

        assert counts(Builder(client, journey), "?period=30") == {
            "Ask/shown": 2,
            "Ask/answered": 1,
        }


class TestPeriods:
    def test_it_counts_in_a_period_and_waiting_is_always_now(self, line):
        one = step_of(line.journey, "One")
        for days in (0, 3, 20, 90):
            stands(one, days_ago=days)

        found = {
            period: counts(line, f"?period={period}").get("One/entered", 0)
            for period in ("today", "7", "30", "all")
        }

        assert found == {"today": 1, "7": 2, "30": 3, "all": 4}
        assert counts(line, "?period=today")["One/waiting"] == 4

    def test_it_counts_by_version(self, line):
        stands(step_of(line.journey, "One"))
        publishing.publish(Journey.objects.get(pk=line.journey.pk))
        stands(step_of(line.journey, "One"))
        stands(step_of(line.journey, "One"))

        found = [
            counts(line, f"?version={version}")["One/entered"]
            for version in ("all", "live", "1", "2")
        ]

        assert found == [3, 2, 1, 2]

    def test_its_days_are_those_of_the_sites_time_zone(self, line):
        Site.objects.filter(pk=line.journey.site_id).update(time_zone="Asia/Kathmandu")
        journey = Journey.objects.get(pk=line.journey.pk)

        chosen = periods.read({"period": "own", "from": "2026-03-01", "to": "2026-03-02"}, journey)

        assert chosen.since == datetime(2026, 2, 28, 18, 15, tzinfo=UTC)
        assert chosen.until == datetime(2026, 3, 2, 18, 15, tzinfo=UTC)
        assert chosen.words == "From 2026-03-01 to 2026-03-02"

    def test_a_day_is_as_long_as_the_clocks_make_it(self, line):
        Site.objects.filter(pk=line.journey.site_id).update(time_zone="Europe/Berlin")
        journey, day = Journey.objects.get(pk=line.journey.pk), date(2026, 3, 29).isoformat()

        chosen = periods.read({"period": "own", "from": day, "to": day}, journey)

        assert chosen.until.astimezone(UTC) - chosen.since.astimezone(UTC) == timedelta(hours=23)

    @pytest.mark.parametrize(
        ("query", "words"),
        [
            ({"period": "explode"}, "There is no such period."),
            ({"period": "own"}, "Choose the first and the last day."),
            ({"period": "own", "from": "x", "to": "2026-01-01"}, "Choose the first and"),
            ({"period": "own", "from": "2026-01-02", "to": "2026-01-01"}, "after the last one"),
            ({"period": "own", "from": "0001-01-01", "to": "9999-12-31"}, "of this century"),
            ({"version": "7"}, "There is no such version."),
            ({"version": "9" * 30}, "There is no such version."),
        ],
    )
    def test_it_says_what_is_wrong(self, line, query, words):
        with pytest.raises(ValidationError, match=words):
            periods.read(query, line.journey)

        answer = line.client.get(f"{line.base}numbers/", query)
        assert answer.status_code == 400
        assert words in answer.json()["error"]

    def test_a_journey_that_was_never_published_has_zeros(self, builder):
        assert builder.get("numbers/?version=live").json()["counts"] == {}

    def test_the_onboarding_has_places_for_each_number(self, client, db):
        builder = Builder(client, a_live_journey())

        page = builder.page().content.decode()

        ask = builder.journey.steps.get(name="Ask").key
        assert f'data-number="{ask}/left/declined"' in page
        assert f'data-number="{ask}/answered"' in page
