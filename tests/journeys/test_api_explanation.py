"""Why, as a site's own systems ask it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.journeys import engine, explaining
from apps.segments import counting
from tests.accounts.system import System
from tests.factories import a_site
from tests.journeys.authoring import a_draft
from tests.journeys.called import a_called_journey, known

pytestmark = pytest.mark.django_db
RULE = {"all": [{"field": "push_status", "op": "is", "value": "ask"}]}


@pytest.fixture
def journey(system):
    return a_called_journey(system.site, reentry="every", entry_rule=RULE)


def why(system, journey, external_id="anna"):
    return system.call("get", f"journeys/{journey.pk}/contacts/{external_id}/explanation")


def enter(system, journey):
    system.call("post", f"journeys/{journey.pk}/entries", {"entries": [{"external_id": "anna"}]})
    engine.drain()


class TestExplanation:
    def test_it_answers_each_gate_and_what_happened(self, system, journey):
        known(system.site, "anna")
        enter(system, journey)

        answer = why(system, journey)

        found = answer.json()
        assert (answer.status_code, found["can_enter"], found["version"]) == (200, True, 1)
        assert len(found["gates"]) == 10
        assert found["gates"][3]["rule"]["children"][0]["is_met"] is True
        assert [visit["step"] for visit in found["ways"][0]["visits"]] == ["Wait a day"]

    @pytest.mark.parametrize("external_id", ["nobody", "%00", "a" * 151, "null", "a%2Fb", "%20"])
    def test_it_knows_nobody_of_a_name_that_nobody_has(self, system, journey, external_id):
        known(system.site, "anna")

        assert why(system, journey, external_id).status_code == 404

    def test_it_finds_an_id_with_a_slash(self, system, journey):
        known(system.site, "a/b")

        assert why(system, journey, "a%2Fb").status_code == 200

    def test_it_knows_nothing_of_another_site(self, system, journey):
        known(system.site, "anna")
        known(a_site(), "ben")

        assert why(system, a_called_journey(a_site())).status_code == 404
        assert why(system, journey, "ben").status_code == 404
        huge = f"journeys/{2**63}/contacts/anna/explanation"
        assert system.call("get", huge).status_code == 404

    @pytest.mark.parametrize("scope", ["journeys:read", "contacts:read"])
    def test_it_needs_both_scopes(self, journey, scope):
        answer = why(System(journey.site, scope), journey)

        assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")

    def test_the_queries_do_not_grow_with_the_times_in(self, system, journey):
        known(system.site, "anna")
        why(system, journey)
        counts = []
        for number in (1, 2):
            for _ in range(number):
                enter(system, journey)
            with CaptureQueriesContext(connection) as captured:
                why(system, journey)
            counts.append(len(captured))

        assert counts[0] == counts[1]

    def test_it_says_that_asking_takes_too_long(self, system, journey, monkeypatch):
        known(system.site, "anna")

        def ask(*_):
            raise counting.TooSlow

        monkeypatch.setattr(explaining, "explain", ask)

        answer = why(system, journey)

        assert (answer.status_code, answer.json()["code"]) == (503, "too_slow")

    def test_a_journey_never_published_says_so(self, system):
        known(system.site, "anna")

        found = why(system, a_draft(system.site)).json()

        assert (found["version"], found["gates"], found["can_enter"]) == (None, [], False)
        assert found["verdict"] == "The journey was never published, so nobody enters it."
