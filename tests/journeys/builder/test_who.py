import csv
import io
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.models import AuditEntry, Site
from apps.journeys import publishing
from apps.journeys.models import CompiledStep, Enrolment, Journey, Visit
from apps.journeys.numbers import people
from tests.factories import a_contact
from tests.journeys.builder.house import Builder
from tests.journeys.builder.inside import a_published_line, left, stands, step_of


@pytest.fixture
def line(client, db):
    return Builder(client, a_published_line("One", "Two"))


@pytest.fixture
def one(line):
    return step_of(line.journey, "One")


def people_on(builder, query):
    answer = builder.get(f"people/?{query}")
    assert answer.status_code == 200
    return [each["row"] for each in answer.context["rows"]]


def everybody(builder):
    return list(Enrolment.objects.filter(journey=builder.journey).order_by("pk"))


class TestList:
    def test_each_number_leads_to_those_whom_it_counts(self, line, one):
        waiting, failed = stands(one), stands(one, state="failed")
        done, goal = left(one), left(one, "goal")
        two = stands(step_of(line.journey, "Two"))

        def found(query):
            return {row.pk for row in people_on(line, query)}

        at = f"step={one.key}&what="
        assert found(f"{at}entered") == {waiting.pk, failed.pk, done.pk, goal.pk}
        assert found(f"{at}waiting") == {waiting.pk}
        assert found(f"{at}failed") == {failed.pk}
        assert found(f"{at}left&outcome=done") == {done.pk}
        assert found(f"{at}otherwise") == {goal.pk}
        assert found("what=inside") == {waiting.pk, failed.pk, two.pk}
        assert found("what=entered") == {row.pk for row in everybody(line)}
        assert found("what=control") == found("what=converted") == found("what=elsewhere") == set()

    @pytest.mark.parametrize(
        "what", ["entered", "inside", "control", "converted", "elsewhere", "waiting", "failed"]
    )
    def test_nobody_of_another_journey_is_on_it(self, line, one, what):
        other = a_published_line("One")
        strange = step_of(other, "One")
        # The same step, as a file brings it to two journeys.
        CompiledStep.objects.filter(pk=strange.pk).update(key=one.key)
        stands(strange)
        stands(strange, state="failed", converted_at=timezone.now())
        stands(strange, is_control=True)
        step = f"step={one.key}&" if what in ("waiting", "failed") else ""

        assert people_on(line, f"{step}what={what}") == []

    def test_nor_does_it_name_a_step_of_another_journey(self, line):
        strange = step_of(a_published_line("Secret plan"), "Secret plan")

        page = line.get(f"people/?step={strange.key}&what=entered").content.decode()

        assert "Who came to “a step that was never published”" in page
        assert "Secret plan" not in page

    def test_it_says_who_since_when_and_what_became_of_them(self, line, one):
        contact = a_contact(line.journey.site, external_id="zoe")
        stands(one, contact=contact)
        visitor = left(one).contact

        page = line.get(f"people/?step={one.key}&what=entered").content.decode()

        assert f'href="/admin/accounts/contact/{contact.pk}/change/">zoe<' in page
        assert f">Visitor {visitor.pk}<" in page
        assert "Who came to “One”" in page
        assert "Waits at the step" in page
        assert "Came to the end" in page

    def test_times_are_those_of_the_site_and_say_so(self, line, one):
        Site.objects.update(time_zone="Asia/Kathmandu")
        stands(one, entered_at=datetime(2026, 6, 1, 12, 0, tzinfo=UTC))

        page = line.get(f"people/?step={one.key}&what=entered").content.decode()

        assert "1 Jun 2026, 17:45" in page
        assert "Times are those of the site, Asia/Kathmandu." in page

    def test_it_keeps_to_the_period_and_the_version(self, line, one):
        old = stands(one, days_ago=20)
        publishing.publish(Journey.objects.get(pk=line.journey.pk))
        new = stands(step_of(line.journey, "One"))

        assert people_on(line, "what=entered&period=7") == [new]
        assert people_on(line, "what=entered&version=1") == [old]
        assert people_on(line, f"step={one.key}&what=waiting&version=1") == [old]
        assert people_on(line, f"step={one.key}&what=entered&period=7") == [new]

    def test_who_came_twice_is_there_once(self, line, one):
        row = left(one)
        first = Visit.objects.get(enrolment=row)
        Visit.objects.create(
            enrolment=row,
            step=one,
            number=2,
            entered_at=first.entered_at,
            left_at=first.left_at,
            outcome="done",
        )

        assert people_on(line, f"step={one.key}&what=left&outcome=done") == [row]

    def test_it_goes_on_page_by_page_without_losing_or_doubling_anybody(
        self, line, one, monkeypatch
    ):
        monkeypatch.setattr(people, "PAGE", 2)
        moment = stands(one).entered_at
        for _ in range(4):
            stands(one, entered_at=moment)
        seen, address = [], f"people/?step={one.key}&what=waiting"
        while address:
            answer = line.client.get(address if address.startswith("/") else line.base + address)
            seen += [each["row"].pk for each in answer.context["rows"]]
            address = answer.context["following"]

        assert seen == [row.pk for row in reversed(everybody(line))]

    def test_it_costs_the_same_with_one_row_and_with_three(self, line, one):
        stands(one)
        address = f"people/?step={one.key}&what=waiting"
        line.get(address)
        with CaptureQueriesContext(connection) as few:
            line.get(address)
        stands(one)
        stands(one)
        with CaptureQueriesContext(connection) as more:
            assert len(line.get(address).context["rows"]) == 3

        assert len(few) == len(more)

    @pytest.mark.parametrize(
        "query",
        ["", "what=explode", "what=waiting", "step=x&what=control", "what=inside&period=x",
         "what=inside&version=99", "step=%00&what=entered", "step=x&what=left&outcome=a%00b"],
    )  # fmt: skip
    def test_what_makes_no_sense_is_not_found(self, line, query):
        assert line.get(f"people/?{query}").status_code == 404

    @pytest.mark.parametrize("mark", ["x", "1-", "-1", "9" * 40 + "-1", "1.5x-3", "1-" + "9" * 40])
    def test_a_broken_mark_of_a_page_begins_anew_or_ends(self, line, one, mark):
        stands(one)

        assert line.get(f"people/?what=inside&after={mark}").status_code == 200


class TestWhoMaySee:
    @pytest.fixture
    def without(self, line):
        """Somebody who may look at journeys, and at no contact."""
        Permission.objects.get(codename="view_contact").group_set.clear()
        return Builder(line.client, line.journey, "Marketer")

    def test_who_may_see_no_contact_sees_numbers_alone(self, without, one):
        row = stands(one)
        address = f"people/?step={one.key}&what=waiting"

        assert without.get(address).status_code == 403
        assert without.post(address, deed="take_out", row=row.pk, sure=1).status_code == 403
        assert not Enrolment.objects.filter(exit_reason="hand").exists()

    def test_nor_takes_a_list_of_them_along(self, without, one):
        stands(one)

        assert without.get(f"people/export/?step={one.key}&what=waiting").status_code == 403

    def test_no_number_leads_there(self, line, without):
        page = without.page().content.decode()

        assert 'data-number="/entered"' in page
        assert "/people/" not in page

    def test_each_number_leads_there_for_who_may(self, line):
        assert f'href="{line.base}people/"' in line.page().content.decode()


class TestExport:
    def test_it_streams_those_on_the_list(self, line, one):
        stands(one, contact=a_contact(line.journey.site, external_id="=cmd()"))
        left(step_of(line.journey, "Two"))

        answer = line.get(f"people/export/?step={one.key}&what=waiting")
        rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))

        assert [(row["external_id"], row["step"], row["state"]) for row in rows] == [
            ("'=cmd()", "One", "Waits at the step")
        ]
        entry = AuditEntry.objects.get(action="exported")
        assert entry.details == {"filters": {"step": one.key, "what": "waiting"}}

    def test_it_takes_more_than_one_query_holds(self, line, one):
        rows = [stands(one) for _ in range(5)]
        asked = people.read({"what": "inside"}, line.journey, set())

        assert list(people.everybody(asked, at_once=2)) == rows[::-1]

    def test_it_is_for_those_who_may_take_contacts_out(self, client, line, one):
        analyst = Builder(client, line.journey, "Analyst")
        stands(one)

        assert analyst.get("people/?what=inside").status_code == 200
        assert "Export as CSV" not in analyst.get("people/?what=inside").content.decode()
        assert analyst.get("people/export/?what=inside").status_code == 403
