"""Journeys as a site's own systems see them, let contacts in and take them out."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.models import AuditEntry
from apps.journeys import engine
from apps.journeys.models import Enrolment
from tests.accounts.system import System
from tests.factories import a_site, an_onboarding
from tests.journeys.called import a_called_journey, enter, known

pytestmark = pytest.mark.django_db


@pytest.fixture
def journey(system):
    return a_called_journey(system.site, reentry="every")


class TestList:
    def test_it_names_the_journeys_of_the_site_the_newest_first(self, system, journey):
        an_onboarding(system.site)
        a_called_journey(a_site())
        version = journey.live_version

        answer = system.call("get", "journeys")

        assert answer.status_code == 200
        assert answer.json()["next"] is None
        draft, live = answer.json()["journeys"]
        assert live == {
            "id": journey.pk,
            "name": journey.name,
            "status": "active",
            "held": False,
            "entry": "call",
            "live_version": {
                "number": 1,
                "published_at": version.published_at.isoformat().replace("+00:00", "Z"),
            },
            "created_at": journey.created_at.isoformat().replace("+00:00", "Z"),
        }
        assert (draft["status"], draft["entry"], draft["live_version"]) == ("draft", "event", None)

    def test_it_goes_page_by_page(self, system, monkeypatch):
        monkeypatch.setattr("apps.journeys.api.views.PAGE", 2)
        ids = [a_called_journey(system.site).pk for _ in range(4)]

        first = system.call("get", "journeys").json()
        second = system.call("get", f"journeys?before={first['next']}").json()

        assert [row["id"] for row in first["journeys"] + second["journeys"]] == ids[::-1]
        assert second["next"] is None

    def test_it_lists_those_of_a_status(self, system, journey):
        an_onboarding(system.site)

        answer = system.call("get", "journeys?status=draft")

        assert [row["status"] for row in answer.json()["journeys"]] == ["draft"]

    @pytest.mark.parametrize("query", ["before=x", "before=0", "status=gone", "colour=red"])
    def test_it_names_what_is_wrong_with_the_question(self, system, query):
        answer = system.call("get", f"journeys?{query}")

        assert (answer.status_code, list(answer.json())) == (400, [query.split("=")[0]])

    def test_the_queries_do_not_grow_with_the_journeys(self, system):
        system.call("get", "journeys")
        counts = []
        for number in (1, 3):
            for _ in range(number):
                a_called_journey(system.site)
            with CaptureQueriesContext(connection) as captured:
                system.call("get", "journeys")
            counts.append(len(captured))

        assert counts[0] == counts[1]


class TestOne:
    def test_it_has_the_numbers_of_its_steps(self, system, journey):
        anna, _ = known(system.site, "anna", "ben")
        enter(system, journey, {"external_id": "anna"}, {"external_id": "ben"})
        engine.drain()
        Enrolment.objects.filter(contact=anna).update(due_at=timezone.now())
        engine.drain()

        answer = system.call("get", f"journeys/{journey.pk}")

        step = journey.live_version.steps.get()
        assert answer.json()["steps"] == [
            {
                "key": step.key,
                "name": "Wait a day",
                "kind": "wait",
                "entered": 2,
                "waiting": 1,
                "failed": 0,
                "left": {"done": 1},
            }
        ]

    def test_it_has_them_of_a_period(self, system, journey):
        known(system.site, "anna")
        enter(system, journey, {"external_id": "anna"})
        later = (timezone.now() + timedelta(hours=1)).isoformat().replace("+00:00", "Z")

        answer = system.call("get", f"journeys/{journey.pk}?since={later}")

        assert [step["entered"] for step in answer.json()["steps"]] == [0]

    def test_a_draft_has_none(self, system):
        draft = an_onboarding(system.site)

        assert system.call("get", f"journeys/{draft.pk}").json()["steps"] == []

    def test_the_queries_do_not_grow_with_what_happened(self, system, journey):
        system.call("get", f"journeys/{journey.pk}")
        counts = []
        for names in (["one"], ["two", "three", "four"]):
            known(system.site, *names)
            enter(system, journey, *({"external_id": name} for name in names))
            with CaptureQueriesContext(connection) as captured:
                system.call("get", f"journeys/{journey.pk}")
            counts.append(len(captured))

        assert counts[0] == counts[1]


class TestLeave:
    def test_a_contact_is_taken_out(self, system, journey):
        known(system.site, "anna/1", "ben")
        enter(system, journey, {"external_id": "anna/1"}, {"external_id": "ben"})

        answer = system.call("delete", f"journeys/{journey.pk}/entries/anna%2F1")

        assert answer.status_code == 204
        gone = Enrolment.objects.get(contact__external_id="anna/1")
        assert (gone.state, gone.exit_reason) == ("left", "hand")
        assert Enrolment.objects.inside().get().contact.external_id == "ben"
        assert AuditEntry.objects.filter(action="taken_out").count() == 1

    def test_other_journeys_and_whoever_is_called_so_elsewhere_go_on(self, system, journey):
        other, strange = a_called_journey(system.site), a_called_journey(a_site())
        known(system.site, "anna")
        known(strange.site, "anna")
        for each, caller in ((journey, system), (other, system), (strange, System(strange.site))):
            assert enter(caller, each, {"external_id": "anna"}).json()["entered"] == 1

        system.call("delete", f"journeys/{journey.pk}/entries/anna")

        inside = Enrolment.objects.inside().order_by("journey")
        assert list(inside.values_list("journey", flat=True)) == [other.pk, strange.pk]
        assert AuditEntry.objects.get(action="taken_out").details["contacts"] == 1

    def test_who_is_not_inside_is_not_found(self, system, journey):
        known(system.site, "anna")

        for name in ("anna", "nobody", "null", "x" * 200):
            answer = system.call("delete", f"journeys/{journey.pk}/entries/{name}")
            assert answer.status_code == 404
            assert answer.json()["detail"] == "No contact of this id is inside this journey."
