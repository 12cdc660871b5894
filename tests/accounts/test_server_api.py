"""The server API as a site's own systems use it."""

import pytest

from apps.accounts.models import ApiKey, AuditEntry, Contact, ErasedId
from tests.accounts.persons import a_person
from tests.factories import a_contact, a_subscription

pytestmark = pytest.mark.django_db


class TestKeys:
    def test_it_is_asked_for(self, system):
        answer = system.call("get", "contacts/anna", Authorization=None)

        assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")

    def test_it_is_slowed_down_by_key_not_by_address(self, system, monkeypatch):
        monkeypatch.setattr(
            "apps.accounts.api.base.ApiKeyThrottle.THROTTLE_RATES", {"server": "2/min"}
        )
        other = type(system)(system.site)

        answers = [system.call("get", "contacts/anna").status_code for _ in range(3)]

        assert answers == [404, 404, 429]
        assert other.call("get", "contacts/anna").status_code == 404

    def test_it_opens_nothing_to_pages(self, system):
        answer = system.call("get", "contacts/anna", Origin="https://shop.example")

        assert "Access-Control-Allow-Origin" not in answer.headers


class TestContact:
    def test_it_says_what_is_known_and_why_no_push_reaches_them(self, system):
        contact = a_contact(system.site, external_id="anna", state={"plan": "gold"}, language="de")

        answer = system.call("get", "contacts/anna")

        assert answer.status_code == 200
        told = answer.json()
        assert told.pop("first_seen_at")
        reasons = told.pop("reasons")
        assert [set(reason) for reason in reasons] == [{"code", "text"}]
        assert reasons[0]["code"] == "no_device"
        assert told == {
            "external_id": "anna",
            "state": {"plan": "gold"},
            "language": "de",
            "time_zone": "",
            "push_status": "ask",
            "reachable": False,
            "consent": {"push_disabled_by_platform": False, "unsubscribed_at": None},
            "last_seen_at": None,
        }
        assert contact.pk

    def test_it_knows_none_of_another_site(self, system):
        a_contact(external_id="anna")

        assert system.call("get", "contacts/anna").status_code == 404

    @pytest.mark.parametrize(
        ("external_id", "encoded"),
        [
            ("a/b", "a%2Fb"),
            ("a/b", "a/b"),
            ("/a//b/", "%2Fa%2F%2Fb%2F"),
            ("ann@shop.example?x=1#y", "ann%40shop.example%3Fx%3D1%23y"),
            ("50 % off", "50%20%25%20off"),
            ("Zoë 😀", "Zo%C3%AB%20%F0%9F%98%80"),
            ("two\nlines", "two%0Alines"),
            ("export", "export"),
        ],
    )
    def test_it_takes_every_character_in_an_id(self, system, external_id, encoded):
        made = system.call("put", f"contacts/{encoded}", {"language": "de"})

        assert (made.status_code, made.json()["external_id"]) == (201, external_id)
        assert Contact.objects.get().external_id == external_id
        assert system.call("get", f"contacts/{encoded}").status_code == 200
        assert system.call("get", f"contacts/{encoded}/export").status_code == 200
        assert system.call("delete", f"contacts/{encoded}").status_code == 204

    def test_it_tells_an_id_that_ends_like_a_call_from_the_call(self, system):
        a_contact(system.site, external_id="x")
        path = "/api/v1/contacts/x%2Fexport"
        headers = {"Authorization": f"Bearer {system.token}"}

        answer = system.client.put(path, {}, format="json", headers=headers, RAW_URI=path)

        assert (answer.status_code, answer.json()["external_id"]) == (201, "x/export")
        call = system.client.get(
            "/api/v1/contacts/x/export", headers=headers, RAW_URI="/api/v1/contacts/x/export?a=/b"
        )
        assert call.json()["contact"]["external_id"] == "x"

    def test_it_merges_what_is_put(self, system):
        a_contact(system.site, external_id="anna", state={"plan": "free", "age": 30})

        answer = system.call(
            "put",
            "contacts/anna",
            {"state": {"plan": "gold", "age": None}, "time_zone": "Europe/Berlin"},
        )

        assert answer.status_code == 200
        assert answer.json()["state"] == {"plan": "gold"}
        assert Contact.objects.get().time_zone == "Europe/Berlin"

    def test_it_says_which_field_of_a_contact_is_wrong(self, system):
        answer = system.call("put", "contacts/anna", {"time_zone": "Mars"})

        assert (answer.status_code, list(answer.json())) == (400, ["time_zone"])
        assert not Contact.objects.exists()

    def test_it_opts_out_for_the_platform(self, system):
        contact = a_subscription().device.contact
        Contact.objects.filter(pk=contact.pk).update(site=system.site, external_id="anna")

        answer = system.call("put", "contacts/anna", {"push_disabled_by_platform": True}).json()

        assert (answer["reachable"], answer["consent"]["push_disabled_by_platform"]) == (
            False,
            True,
        )
        assert "opted_out_by_platform" in [reason["code"] for reason in answer["reasons"]]


class TestContacts:
    def test_it_stores_what_is_fine_and_names_what_is_not(self, system):
        a_contact(system.site, external_id="ben")
        items = [
            {"external_id": "anna", "state": {"a": 1}},
            {"external_id": "ben", "language": "de"},
            {"external_id": "null"},
            {"external_id": "carl", "time_zone": "Mars"},
            "dora",
            {"external_id": "emil", "is_reachable": True},
            {"external_id": "ben", "language": "de"},
        ]

        answer = system.call("post", "contacts", {"contacts": items})

        told = answer.json()
        errors = [(row["item"], row["field"]) for row in told.pop("errors")]
        assert answer.status_code == 200
        assert told == {"created": 1, "updated": 1, "unchanged": 1}
        assert errors == [(2, "external_id"), (3, "time_zone"), (4, ""), (5, "is_reachable")]
        assert sorted(Contact.objects.values_list("external_id", flat=True)) == ["anna", "ben"]

    def test_it_answers_400_when_nothing_is_fine(self, system):
        answer = system.call("post", "contacts", {"contacts": [{"external_id": ""}]})

        assert answer.status_code == 400
        assert answer.json()["errors"][0]["item"] == 0
        assert not Contact.objects.exists()

    @pytest.mark.parametrize("number", [1, 3, 50])
    def test_it_needs_the_same_queries_for_any_number(
        self, system, number, django_assert_num_queries
    ):
        system.call("get", "contacts/anna")
        items = [{"external_id": f"c{n}", "state": {"a": 1}} for n in range(number)]

        # The key, the throttle's four, and the transaction with its savepoint, then the batch
        # and what its properties are called.
        with django_assert_num_queries(17):
            system.call("post", "contacts", {"contacts": items})


class TestErase:
    def test_it_erases_and_stays_so(self, system):
        a_person(system.site)

        assert system.call("delete", "contacts/anna-person").status_code == 204
        assert system.call("get", "contacts/anna-person").status_code == 404
        again = system.call("put", "contacts/anna-person", {})
        assert (again.status_code, list(again.json())) == (400, ["external_id"])
        # Asked again because the first answer was lost.
        assert system.call("delete", "contacts/anna-person").status_code == 204
        assert not Contact.objects.exists()
        assert ErasedId.objects.count() == 1
        key = ApiKey.objects.get()
        entry = AuditEntry.objects.get(action="contact_erased")
        assert entry.who == f"API key “Shop” ({key.prefix})"

    def test_it_knows_no_stranger(self, system):
        a_contact(external_id="anna")

        assert system.call("delete", "contacts/anna").status_code == 404
        assert Contact.objects.count() == 1


class TestExport:
    def test_it_gives_everything(self, system):
        a_person(system.site)

        answer = system.call("get", "contacts/anna-person/export")

        assert answer.status_code == 200
        assert answer.json()["contact"]["external_id"] == "anna-person"
        assert answer.json()["devices.device"]
        assert AuditEntry.objects.filter(action="contact_exported").count() == 1


class TestDocumentation:
    def test_it_describes_every_call(self, client):
        schema = client.get("/api/schema/", {"format": "json"}).json()

        calls = {
            (path, method): call
            for path, methods in schema["paths"].items()
            if path.startswith("/api/v1/")
            for method, call in methods.items()
        }
        assert len(calls) == 13
        for call in calls.values():
            assert {"401", "403", "429"} <= set(call["responses"])
            assert call["security"] == [{"api_key": []}]
            assert call["tags"][0] in ("contacts", "events", "journeys")
            assert call["description"]
