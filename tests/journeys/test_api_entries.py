"""A site's own systems let contacts into journeys."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_q.models import OrmQ

from apps.journeys.models import Enrolment, Journey
from tests.factories import a_live_journey, a_site, an_onboarding
from tests.journeys.called import a_called_journey, became, enter, known

pytestmark = pytest.mark.django_db


@pytest.fixture
def journey(system):
    return a_called_journey(system.site, reentry="every")


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
        draft = an_onboarding(system.site)

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
