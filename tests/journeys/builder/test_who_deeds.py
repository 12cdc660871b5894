"""What is done to those on the list behind a number: taken out by hand, or sent on again."""

import re

import pytest
from django.contrib.admin.models import LogEntry

from apps.accounts.models import AuditEntry
from apps.journeys.admin.builder import who
from apps.journeys.models import CompiledStep, Enrolment
from tests.journeys.builder.house import Builder
from tests.journeys.builder.inside import a_published_line, stands, step_of


@pytest.fixture
def line(client, db):
    return Builder(client, a_published_line("One", "Two"))


@pytest.fixture
def one(line):
    return step_of(line.journey, "One")


def everybody(builder):
    return list(Enrolment.objects.filter(journey=builder.journey).order_by("pk"))


def row_of(asked):
    """Whom the question is about, as its form sends it."""
    return re.search(r'name="row" value="([^"]*)"', asked.content.decode())[1]


class TestTakingOut:
    def post(self, builder, **values):
        return builder.post("people/?what=inside", **{"deed": "take_out", **values})

    def states(self, builder):
        return [row.exit_reason for row in everybody(builder)]

    def test_it_asks_first(self, line, one):
        row = stands(one)

        answer = self.post(line, row=row.pk)

        assert "<b>1</b> contact leaves “Spring” at once" in answer.content.decode()
        assert self.states(line) == [""]

    def test_it_takes_out_those_who_were_ticked(self, line, one):
        stands(one)
        row = stands(one)

        answer = self.post(line, row=row.pk, sure=1)

        assert answer.url == f"{line.base}people/?what=inside"
        assert self.states(line) == ["", "hand"]
        assert AuditEntry.objects.get(action="taken_out").details["contacts"] == 1

    def test_it_takes_out_all_of_the_list_and_nobody_else(self, line, one):
        stands(one)
        stands(one)
        stands(step_of(line.journey, "Two"))
        address = f"people/?step={one.key}&what=waiting"

        asked = line.post(address, deed="take_out", all=1)
        line.post(address, deed="take_out", sure=1, row=row_of(asked))

        assert "<b>2</b> contacts leave “Spring” at once" in asked.content.decode()
        assert self.states(line) == ["hand", "hand", ""]

    def test_whoever_comes_after_the_question_stays(self, line, one):
        stands(one)
        address = f"people/?step={one.key}&what=waiting"
        asked = line.post(address, deed="take_out", all=1)
        stands(one)

        line.post(address, deed="take_out", sure=1, row=row_of(asked), all=1)

        assert self.states(line) == ["hand", ""]

    def test_of_very_many_the_last_to_enter_are_taken_out(self, line, one, monkeypatch):
        monkeypatch.setattr(who, "MOST", 2)
        for number in range(3):
            stands(one, days_ago=3 - number)

        asked = self.post(line, all=1)
        self.post(line, sure=1, row=row_of(asked))

        assert "These are the 2 who entered last" in asked.content.decode()
        assert self.states(line) == ["", "hand", "hand"]

    def test_no_more_are_taken_out_by_their_numbers_either(self, line, one, monkeypatch):
        monkeypatch.setattr(who, "MOST", 2)
        rows = [stands(one).pk for _ in range(3)]

        self.post(line, sure=1, row=",".join(map(str, rows)))

        assert self.states(line) == ["hand", "hand", ""]

    def test_the_history_of_the_journey_says_so(self, line, one):
        self.post(line, sure=1, row=stands(one).pk)

        entry = LogEntry.objects.first()
        assert (entry.object_id, entry.change_message) == (
            str(line.journey.pk),
            "1 contact is out of the journey.",
        )

    def test_nobody_of_another_journey_is_taken_out(self, line):
        other = stands(step_of(a_published_line("One"), "One"))

        answer = self.post(line, row=other.pk, sure=1)

        other.refresh_from_db()
        assert (answer.status_code, other.exit_reason) == (302, "")

    def test_who_may_only_look_takes_nobody_out(self, client, line, one):
        row = stands(one)
        analyst = Builder(client, line.journey, "Analyst")

        assert self.post(analyst, row=row.pk, sure=1).status_code == 403
        assert "Take out by hand" not in analyst.get("people/?what=inside").content.decode()
        assert self.states(line) == [""]

    def test_a_deed_that_is_none_is_not_found(self, line, one):
        assert self.post(line, deed="explode", row=stands(one).pk).status_code == 404


class TestTryingAgain:
    def test_those_who_were_parked_come_to_their_step_anew(self, line, one):
        parked, other = stands(one, state="failed", errors=5), stands(one)
        dialog = line.get(f"flow/retry/{one.key}/").content.decode()

        answer = line.post(f"flow/retry/{one.key}/")

        parked.refresh_from_db()
        other.refresh_from_db()
        assert "<b>1</b> contact was set aside here" in dialog
        assert answer.headers["HX-Redirect"] == f"{line.base}change/"
        assert (parked.state, parked.errors, other.state) == ("ready", 0, "waiting")

    def test_nobody_of_another_journey_tries_again(self, line, one):
        """A file brings the same step to several journeys."""
        strange = step_of(a_published_line("One"), "One")
        CompiledStep.objects.filter(pk=strange.pk).update(key=one.key)
        parked = stands(strange, state="failed", errors=5)

        dialog = line.get(f"flow/retry/{one.key}/").content.decode()
        line.post(f"flow/retry/{one.key}/")

        parked.refresh_from_db()
        assert "<b>0</b> contacts were set aside here" in dialog
        assert (parked.state, parked.errors) == ("failed", 5)

    def test_they_can_be_chosen_from_the_list(self, line, one):
        first, second = (stands(one, state="failed") for _ in range(2))

        line.post(f"people/?step={one.key}&what=failed", deed="retry", row=first.pk, sure=1)

        first.refresh_from_db()
        second.refresh_from_db()
        assert (first.state, second.state) == ("ready", "failed")

    def test_it_is_not_for_who_may_only_look(self, client, line, one):
        analyst = Builder(client, line.journey, "Analyst")

        assert analyst.get(f"flow/retry/{one.key}/").status_code == 403
        assert analyst.post(f"flow/retry/{one.key}/").status_code == 403
