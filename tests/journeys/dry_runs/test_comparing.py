"""A dry run beside the one before it, and its numbers as files."""

import pytest

from apps.journeys import tasks
from apps.journeys.dry_runs import showing
from apps.journeys.models import DryRun
from tests.factories import a_site, a_user
from tests.journeys.authoring import a_draft, a_step, lead
from tests.journeys.dry_runs.trying import somebody

pytestmark = pytest.mark.django_db

FORM = {"who": "everybody", "size": 100, "days": 7, "many": 2, "seed": 1}


@pytest.fixture
def journey():
    journey = a_draft(a_site(), entry_kind="segment", members="present")
    a_step(journey, "push", name="=Hello")
    somebody(journey.site)
    return journey


@pytest.fixture
def marketer(client):
    client.force_login(a_user("Marketer"))
    return client


def page(journey):
    return f"/admin/journeys/journey/{journey.pk}/dry-runs/"


@pytest.fixture
def try_it(marketer, journey):
    def begin(**changes):
        marketer.post(page(journey), {**FORM, **changes})
        tasks.dry_run()
        return DryRun.objects.first()

    return begin


class TestComparing:
    def test_the_first_one_is_compared_with_nothing(self, marketer, journey, try_it):
        shown = marketer.get(f"{page(journey)}{try_it().pk}/")

        assert shown.context["before"] is None
        assert "Compared with" not in shown.content.decode()

    def test_numbers_say_how_much_they_are_more_than_before(self, marketer, journey, try_it):
        before = try_it()
        somebody(journey.site)
        somebody(journey.site)
        run = try_it(days=8)

        shown = marketer.get(f"{page(journey)}{run.pk}/")

        assert shown.context["before"] == before
        assert dict(shown.context["shown"].numbers)["Pushes sent"] == showing.Number(
            value=3, change=2
        )
        words = shown.content.decode()
        assert '<small class="dry-run-change" title="Before: 1">+2</small>' in words
        assert "Not the same with both: days." in words

    def test_what_became_less_and_what_is_new_is_said(self, marketer, journey, try_it):
        try_it()
        push = journey.steps.get()
        nobody = {"all": [{"field": "language", "op": "is", "value": "xx"}]}
        branches = [{"key": "gold", "name": "Gold", "rule": nobody}]
        check = a_step(journey, "check", name="Gold?", branches=branches)
        check.position = 0
        check.save()
        lead(check, "gold", push)
        run = try_it()

        shown = marketer.get(f"{page(journey)}{run.pk}/")

        funnel = {step["name"]: step for step in shown.context["shown"].funnel}
        assert funnel["Gold?"]["is_new"]
        assert funnel["=Hello"]["entered"] == showing.Number(value=0, change=-1)
        assert funnel["=Hello"]["ways"] == [("Sent", showing.Number(value=0, change=-1))]
        assert shown.context["differences"] == ["the draft"]

    def test_another_one_or_none_can_be_chosen(self, marketer, journey, try_it):
        first, second, third = (try_it() for _ in range(3))
        address = f"{page(journey)}{second.pk}/"

        for chosen, before in (("", first), (third.pk, third), ("none", None), ("x", first)):
            assert marketer.get(address, {"with": chosen}).context["before"] == before

    def test_one_of_another_journey_cannot(self, marketer, journey, try_it):
        run = try_it()
        other = a_draft(journey.site)
        foreign = DryRun.objects.create(journey=other, document={}, status="done")

        shown = marketer.get(f"{page(journey)}{run.pk}/", {"with": foreign.pk})

        assert shown.context["before"] is None


class TestFiles:
    def test_numbers_come_with_their_words(self, marketer, journey, try_it):
        answer = marketer.get(f"{page(journey)}{try_it().pk}/numbers.csv")

        assert answer["Content-Type"] == "text/csv; charset=utf-8"
        lines = answer.content.decode().splitlines()
        assert lines[0] == "About,Step,What,Number"
        assert "Altogether,,Pushes sent,1" in lines
        # No spreadsheet takes the name for a formula.
        assert "Step,'=Hello,Leave it by: Sent,1" in lines
        assert "Leave the journey,,Came to the end,1" in lines

    def test_days_come_one_on_a_line(self, marketer, journey, try_it):
        answer = marketer.get(f"{page(journey)}{try_it().pk}/days.csv")

        first, *days = answer.content.decode().splitlines()
        assert first.startswith("Day,Enter,Sent,Held back by the cap,Of these because of what")
        assert [line.split(",")[2] for line in days] == ["1", *["0"] * (len(days) - 1)]

    @pytest.mark.parametrize("table", ["nothing", "days%00"])
    def test_there_are_no_others(self, marketer, journey, try_it, table):
        assert marketer.get(f"{page(journey)}{try_it().pk}/{table}.csv").status_code == 404

    def test_one_that_is_not_done_has_none(self, marketer, journey):
        run = DryRun.objects.create(journey=journey, document={})

        assert marketer.get(f"{page(journey)}{run.pk}/days.csv").status_code == 404

    def test_they_are_for_those_who_may_try_it(self, client, journey, try_it):
        run = try_it()
        client.force_login(a_user("Analyst"))

        assert client.get(f"{page(journey)}{run.pk}/days.csv").status_code == 403
