"""Who may call the server API, and for which site."""

import pytest

from apps.accounts import api_keys
from apps.accounts.models import ApiKey
from tests.accounts.system import System, nothing_was_written
from tests.factories import a_site

pytestmark = pytest.mark.django_db

CALLS = [
    ("get", "contacts/anna", "contacts:read"),
    ("get", "contacts/anna/export", "contacts:read"),
    ("put", "contacts/anna", "contacts:write"),
    ("delete", "contacts/anna", "contacts:write"),
    ("post", "contacts", "contacts:write"),
    ("post", "events", "events:write"),
]
ALL = set(ApiKey.Scope.values)


class TestKeys:
    @pytest.mark.parametrize(("method", "path", "scope"), CALLS)
    def test_it_refuses_a_key_without_the_scope_and_names_it(self, anna, method, path, scope):
        system = System(anna.site, *(ALL - {scope}))

        answer = system.call(method, path, {})

        assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
        assert scope in answer.json()["detail"]
        assert nothing_was_written()

    @pytest.mark.parametrize(("method", "path", "scope"), CALLS)
    def test_it_refuses_a_revoked_key(self, system, anna, method, path, scope):
        api_keys.revoke(ApiKey.objects.get(), by="Test")

        assert system.call(method, path, {}).status_code == 401
        assert nothing_was_written()

    @pytest.mark.parametrize(
        "header",
        [
            "",
            "Bearer",
            "Bearer ",
            "Bearer pd_x_y",
            "Basic YTpi",
            "Bearer \u00e4\u00ff",
            "Device a:b",
        ],
    )
    def test_it_refuses_what_is_no_key(self, system, anna, header):
        header = header.encode().decode("latin-1")

        assert system.call("delete", "contacts/anna", Authorization=header).status_code == 401
        assert nothing_was_written()

    @pytest.mark.parametrize(("method", "path", "scope"), CALLS[:4])
    def test_it_reaches_nobody_of_another_site(self, anna, method, path, scope):
        other = System(a_site())

        answer = other.call(method, path, {})

        assert answer.status_code == (201 if method == "put" else 404)
        anna.refresh_from_db()
        assert anna.state == {"plan": "gold"}

    def test_it_tracks_nothing_of_another_site(self, anna):
        answer = System(a_site()).call(
            "post", "events", {"events": [{"external_id": "anna", "name": "buy"}]}
        )

        assert answer.status_code == 400
        assert nothing_was_written()
