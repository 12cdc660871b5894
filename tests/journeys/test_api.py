"""Journeys as a site's own systems see them, let contacts in and take them out."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_q.models import OrmQ

from apps.accounts.models import AuditEntry
from apps.journeys import engine
from apps.journeys.models import Enrolment, Journey
from tests.accounts.system import System
from tests.factories import a_live_journey, a_site
from tests.journeys.called import a_called_journey, known

pytestmark = pytest.mark.django_db


@pytest.fixture
def system(db):
    return System()


@pytest.fixture
def journey(system):
    return a_called_journey(system.site, reentry="every")


def enter(system, journey, *entries):
    return system.call("post", f"journeys/{journey.pk}/entries", {"entries": list(entries)})


def became(answer):
    return [(row["item"], row["status"], row.get("gate")) for row in answer.json()["entries"]]


class TestList:
    def test_it_names_the_journeys_of_the_site_the_newest_first(self, system, journey):
        a_called_journey(a_site())
        version = journey.live_version

        answer = system.call("get", "journeys")

        assert answer.status_code == 200
        assert answer.json()["next"] is None
        newest, draft = answer.json()["journeys"]
        assert newest == {
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
        Journey.objects.all().delete()
        ids = [a_called_journey(system.site).pk for _ in range(4)]

        first = system.call("get", "journeys").json()
        second = system.call("get", f"journeys?before={first['next']}").json()

        assert [row["id"] for row in first["journeys"] + second["journeys"]] == ids[::-1]
        assert second["next"] is None

    def test_it_lists_those_of_a_status(self, system, journey):
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
        draft = Journey.objects.get(site=system.site)

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


class TestEntries:
    def test_contacts_enter_with_what_their_tags_name(
        self, system, journey, django_capture_on_commit_callbacks
    ):
        known(system.site, "anna", "ben")

        with django_capture_on_commit_callbacks(execute=True):
            answer = enter(
                system,
                journey,
                {"external_id": "anna", "properties": {"total": 59.9}},
                {"external_id": "ben"},
            )

        assert answer.status_code == 200
        assert answer.json() == {
            "entered": 2,
            "duplicates": 0,
            "refused": 0,
            "entries": [
                {"item": 0, "external_id": "anna", "status": "entered"},
                {"item": 1, "external_id": "ben", "status": "entered"},
            ],
            "errors": [],
        }
        rows = Enrolment.objects.order_by("pk").values_list("contact__external_id", "context")
        assert list(rows) == [
            ("anna", {"event": {"total": 59.9}, "journey": {}}),
            ("ben", {"event": {}, "journey": {}}),
        ]
        assert OrmQ.objects.count() == 1

    def test_an_id_lets_its_contact_in_once(self, system, journey):
        known(system.site, "anna", "ben")
        item = {"external_id": "anna", "id": "order-7"}

        first = enter(system, journey, item)
        second = enter(system, journey, item, {"external_id": "ben", "id": "order-7"})

        assert became(first) == [(0, "entered", None)]
        assert became(second) == [(0, "duplicate", None), (1, "entered", None)]
        assert second.json()["duplicates"] == 1
        assert Enrolment.objects.count() == 2

    def test_an_id_is_known_where_contacts_enter_once_ever(self, system):
        journey = a_called_journey(system.site, reentry="once")
        known(system.site, "anna")
        item = {"external_id": "anna", "id": "7"}

        answers = [enter(system, journey, each) for each in (item, item, {**item, "id": "8"})]

        assert [became(answer)[0][1:] for answer in answers] == [
            ("entered", None),
            ("duplicate", None),
            ("refused", "reentry"),
        ]

    def test_without_an_id_each_call_is_one_of_its_own(self, system, journey):
        known(system.site, "anna")

        for _ in range(2):
            enter(system, journey, {"external_id": "anna"})

        assert Enrolment.objects.count() == 2

    def test_the_gates_say_in_words_who_may_not(self, system):
        journey = a_called_journey(
            system.site,
            entry_rule={"field": "external_id", "op": "is", "value": "anna"},
        )
        known(system.site, "anna", "ben")
        enter(system, journey, {"external_id": "anna"})

        answer = enter(system, journey, {"external_id": "anna"}, {"external_id": "ben"})

        assert (answer.status_code, answer.json()["refused"]) == (200, 2)
        assert became(answer) == [(0, "refused", "reentry"), (1, "refused", "rule")]
        assert answer.json()["entries"][0]["message"] == "Has been in, or is inside"

    def test_who_is_kept_out_for_comparison_is_told_so_each_time(self, system):
        journey = a_called_journey(system.site, control_percent=90, reentry="every")
        names = [f"c{number}" for number in range(30)]
        known(system.site, *names)

        answers = [
            enter(system, journey, *({"external_id": name} for name in names)) for _ in range(2)
        ]

        told = [became(answer) for answer in answers]
        assert told[0] == told[1]
        assert {gate for _, _, gate in told[0]} == {None, "control"}

    def test_nobody_enters_a_paused_journey(self, system, journey):
        known(system.site, "anna")
        Journey.objects.filter(pk=journey.pk).update(status="paused")

        answer = enter(system, journey, {"external_id": "anna"})

        assert became(answer) == [(0, "refused", "not_active")]
        assert not Enrolment.objects.exists()

    def test_the_cap_lets_in_so_many_of_a_call(self, system):
        journey = a_called_journey(system.site, total_cap=2, reentry="every")
        known(system.site, "a1", "b1", "c1")

        answer = enter(system, journey, *({"external_id": name} for name in ("a1", "b1", "c1")))

        assert became(answer) == [
            (0, "entered", None),
            (1, "entered", None),
            (2, "refused", "total_cap"),
        ]
        journey.refresh_from_db()
        assert journey.status == "paused"

    def test_what_is_wrong_with_an_item_stops_that_one_only(self, system, journey):
        known(system.site, "anna", "ben")
        known(a_site(), "other")
        items = [
            {"external_id": "anna"},
            {"external_id": "nobody"},
            {"external_id": "other"},
            {"external_id": "anna"},
            {"external_id": "ben", "colour": "red"},
            {"external_id": "ben", "properties": []},
            {"external_id": "ben", "id": "x" * 65},
            {"id": "1"},
            "ben",
        ]

        answer = enter(system, journey, *items)

        told = answer.json()
        assert (answer.status_code, told["entered"]) == (200, 1)
        assert [(row["item"], row["field"]) for row in told["errors"]] == [
            (1, "external_id"),
            (2, "external_id"),
            (3, "external_id"),
            (4, "colour"),
            (5, "properties"),
            (6, "id"),
            (7, "external_id"),
            (8, ""),
        ]
        assert Enrolment.objects.count() == 1

    def test_a_call_of_nothing_but_mistakes_is_refused(self, system, journey):
        answer = enter(system, journey, {"external_id": "nobody"})

        assert (answer.status_code, answer.json()["entries"]) == (400, [])

    @pytest.mark.parametrize("entries", [[], [{"external_id": "anna"}] * 1001])
    def test_it_takes_1_to_1000(self, system, journey, entries):
        answer = enter(system, journey, *entries)

        assert (answer.status_code, list(answer.json())) == (400, ["entries"])

    def test_a_journey_of_another_entry_says_how_one_enters(self, system):
        journey = a_live_journey(system.site)

        answer = enter(system, journey, {"external_id": "anna"})

        assert (answer.status_code, answer.json()["code"]) == (409, "not_by_call")
        assert "When something happens: an event" in answer.json()["detail"]

    def test_a_draft_says_that_it_is_none_yet(self, system):
        draft = Journey.objects.get(site=system.site)

        answer = enter(system, draft, {"external_id": "anna"})

        assert (answer.status_code, answer.json()["code"]) == (409, "not_published")

    def test_the_queries_do_not_grow_with_the_items(self, system, journey):
        system.call("get", "journeys")
        counts = []
        for number in (1, 3, 50):
            names = [f"{number}-{each}" for each in range(number)]
            known(system.site, *names)
            with CaptureQueriesContext(connection) as captured:
                answer = enter(system, journey, *({"external_id": name} for name in names))
            counts.append(len(captured))
            assert answer.json()["entered"] == number

        assert len(set(counts)) == 1


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

    def test_who_is_not_inside_is_not_found(self, system, journey):
        known(system.site, "anna")

        for name in ("anna", "nobody", "null", "x" * 200):
            answer = system.call("delete", f"journeys/{journey.pk}/entries/{name}")
            assert answer.status_code == 404
            assert answer.json()["detail"] == "No contact of this id is inside this journey."
