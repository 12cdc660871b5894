"""Who may call the API of journeys, and what it does with bodies that nothing can hold."""

import pytest

from apps.accounts import api_keys
from apps.accounts.api.base import ApiKeyThrottle
from apps.accounts.models import ApiKey
from apps.journeys.models import Enrolment
from tests.accounts.system import System
from tests.accounts.test_server_api_hostile import BODIES
from tests.factories import a_site, an_onboarding
from tests.journeys.called import a_called_journey, known

pytestmark = pytest.mark.django_db

ALL = set(ApiKey.Scope.values)
CALLS = [
    ("get", "journeys", "journeys:read"),
    ("get", "journeys/{}", "journeys:read"),
    ("post", "journeys/{}/entries", "journeys:write"),
    ("delete", "journeys/{}/entries/anna", "journeys:write"),
]


@pytest.fixture
def journey(system):
    """One with Anna inside."""
    journey = a_called_journey(system.site)
    known(system.site, "anna")
    entries = {"entries": [{"external_id": "anna"}]}
    assert system.call("post", f"journeys/{journey.pk}/entries", entries).status_code == 200
    return journey


def nothing_changed():
    return list(Enrolment.objects.values_list("contact__external_id", "state")) == [
        ("anna", "ready")
    ]


class TestKeys:
    @pytest.mark.parametrize(("method", "path", "scope"), CALLS)
    def test_it_refuses_a_key_without_the_scope_and_names_it(self, journey, method, path, scope):
        system = System(journey.site, *(ALL - {scope}))

        answer = system.call(method, path.format(journey.pk), {} if method == "post" else None)

        assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
        assert scope in answer.json()["detail"]
        assert nothing_changed()

    @pytest.mark.parametrize(("method", "path", "scope"), CALLS)
    def test_it_refuses_a_revoked_key_and_none(self, system, journey, method, path, scope):
        api_keys.revoke(ApiKey.objects.get(), by="Test")

        for headers in ({}, {"Authorization": None}, {"Authorization": "Bearer pd_x_y"}):
            assert system.call(method, path.format(journey.pk), **headers).status_code == 401
        assert nothing_changed()

    @pytest.mark.parametrize(("method", "path", "scope"), CALLS[1:])
    def test_it_reaches_no_journey_of_another_site(self, journey, method, path, scope):
        other = System(a_site())
        data = {"entries": [{"external_id": "anna"}]} if method == "post" else None

        assert other.call(method, path.format(journey.pk), data).status_code == 404
        assert nothing_changed()

    def test_it_lists_none_of_another_site(self, journey):
        other = System(a_site())
        theirs = an_onboarding(other.site)

        listed = other.call("get", "journeys").json()["journeys"]

        assert [row["id"] for row in listed] == [theirs.pk]

    def test_it_throttles_a_key(self, system, journey, monkeypatch):
        monkeypatch.setattr(ApiKeyThrottle, "rate", "2/min", raising=False)

        answers = [system.call("get", "journeys") for _ in range(2)]

        assert [answer.status_code for answer in answers] == [200, 429]
        assert int(answers[1].headers["Retry-After"]) > 0


class TestBodies:
    @pytest.mark.parametrize("number", range(len(BODIES)))
    def test_it_refuses_what_nothing_can_hold(self, system, journey, number):
        body = BODIES[number]
        text = body.replace("%s", "entries") if isinstance(body, str) else body

        answer = system.send(f"journeys/{journey.pk}/entries", text)

        assert answer.status_code == 400
        assert nothing_changed()

    def test_it_refuses_more_than_its_bytes(self, system, journey):
        answer = system.send(f"journeys/{journey.pk}/entries", b'"' + b"x" * 5_000_001)

        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")

    def test_it_refuses_what_is_not_json(self, system, journey):
        answer = system.send(
            f"journeys/{journey.pk}/entries", "entries=1", content_type="text/plain"
        )

        assert answer.status_code == 415

    @pytest.mark.parametrize("id", ["0", "99999999999999999999999", "9223372036854775808"])
    def test_no_number_is_a_server_error(self, system, journey, id):
        assert system.call("get", f"journeys/{id}").status_code == 404
        assert system.call("delete", f"journeys/{id}/entries/anna").status_code == 404

    @pytest.mark.parametrize("query", ["since=yesterday", "until=x", "since=%00", "a=1"])
    def test_nor_is_a_question(self, system, journey, query):
        assert system.call("get", f"journeys/{journey.pk}?{query}").status_code == 400

    @pytest.mark.parametrize(
        "query",
        ["since=0001-01-01T00:00:00Z", "until=9999-12-31T23:59:59Z",
         "since=9999-12-31T23:59:59Z&until=0001-01-01T00:00:00Z"],
    )  # fmt: skip
    def test_nor_is_the_beginning_or_the_end_of_time(self, system, journey, query):
        assert system.call("get", f"journeys/{journey.pk}?{query}").status_code == 200

    @pytest.mark.parametrize(
        "query", ["since=0001-01-01T00:00:00%2B14:00", "until=9999-12-31T23:59:59-12:00"]
    )
    def test_a_moment_in_no_year_is_refused(self, system, journey, query):
        assert system.call("get", f"journeys/{journey.pk}?{query}").status_code == 400

    def test_values_of_any_kind_are_kept_as_they_came(self, system, journey):
        known(system.site, "ben")
        properties = {"a": [1, {"b": None}], "{{ x }}": "{% raw %}", "é": "😀\u2028"}

        answer = system.call(
            "post",
            f"journeys/{journey.pk}/entries",
            {"entries": [{"external_id": "ben", "properties": properties}]},
        )

        assert answer.status_code == 200
        row = Enrolment.objects.get(contact__external_id="ben")
        assert row.context["event"] == properties
