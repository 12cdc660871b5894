import json
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission
from django.core.cache import cache
from django.test import Client

from apps.accounts import contacts
from apps.accounts.house_events import WORDS
from apps.segments.rules.values import SHAPES
from tests.factories import a_contact, a_segment, a_site, a_user, an_event

OFFERS, COUNT = "/admin/segments/segment/builder/offers/", "/admin/segments/segment/builder/count/"
VALUES = "/admin/segments/segment/builder/values/"
ASK = {"all": [{"field": "push_status", "op": "is", "value": "ask"}]}


@pytest.fixture
def marketer(client, db):
    client.force_login(a_user("Marketer"))
    return client


def count(client, site, rule, **more):
    body = {"site": site.pk, "rule": rule, **more}
    return client.post(COUNT, json.dumps(body), content_type="application/json")


class TestOffers:
    def test_it_offers_what_the_site_knows_and_nothing_of_another(self, marketer):
        site, other = a_site(), a_site()
        contacts.update_state(a_contact(site), {"city": "Berlin"})
        contacts.update_state(a_contact(other), {"secret": "x"})
        an_event(a_contact(site), "purchase", price=3)
        segment = a_segment(site, name="VIP", status="archived")

        offered = marketer.get(OFFERS, {"site": site.pk}).json()

        own = [row["label"] for row in offered["fields"] if row["group"] == "Properties"]
        assert own == ["city"]
        [purchase] = [row for row in offered["events"] if not row["words"]]
        assert purchase["name"] == "purchase"
        assert [row["name"] for row in purchase["properties"]] == ["price"]
        assert offered["segments"] == [
            {"id": segment.pk, "name": "VIP", "is_list": False, "is_archived": True}
        ]

    def test_it_offers_the_events_of_the_house_before_any_has_happened(self, marketer):
        offered = marketer.get(OFFERS, {"site": a_site().pk}).json()

        words = {row["name"]: row["words"] for row in offered["events"]}
        assert words == WORDS

    def test_it_says_how_long_events_are_kept(self, marketer, settings):
        settings.RETENTION = [{"model": "accounts.Event", "days": 90, "date": "at"}]
        kept = marketer.get(OFFERS, {"site": a_site().pk}).json()
        settings.RETENTION = [{"model": "accounts.Event", "days": 0, "date": "at"}]
        for_ever = marketer.get(OFFERS, {"site": a_site().pk}).json()

        assert kept["keeps_events"] == 90
        assert for_ever["keeps_events"] == 0

    def test_it_carries_the_labels_that_the_client_names(self, marketer):
        offered = marketer.get(OFFERS, {"site": a_site().pk}).json()

        labels = {row["name"]: row["label"] for row in offered["fields"]}
        assert labels["push_status"] == "Push status of the last session"
        assert labels["reachable"] == "Core: push enabled, user has at least one device"

    def test_it_knows_the_operators_of_every_type_that_it_offers(self, marketer):
        offered = marketer.get(OFFERS, {"site": a_site().pk}).json()

        assert {row["type"] for row in offered["fields"]} <= offered["operators"].keys()

    @pytest.mark.parametrize("shape", SHAPES)
    def test_its_script_has_inputs_for_every_shape_of_value(self, shape):
        folder = Path(settings.BASE_DIR) / "static/admin/rule_builder"

        assert f'case "{shape}":' in (folder / "values.js").read_text()
        assert f"{shape}: " in (folder / "catalogue.js").read_text().split("function initial")[1]

    @pytest.mark.parametrize("site", ["", "x", "0", "-1", "9" * 40, "1; DROP", "²", "999999"])
    def test_it_refuses_a_site_that_is_none(self, marketer, site):
        assert marketer.get(OFFERS, {"site": site}).status_code == 404

    def test_it_costs_the_same_with_one_property_and_with_three(
        self, marketer, django_assert_num_queries
    ):
        site = a_site()
        for number in (1, 3):
            for name in range(number):
                contacts.update_state(a_contact(site), {f"p{name}": 1})
                a_segment(site)
            # Session, user, two for the permissions, site, and the catalogue's four.
            with django_assert_num_queries(9):
                marketer.get(OFFERS, {"site": site.pk})


class TestCount:
    def test_it_counts_all_and_reachable_with_a_few_examples(self, marketer):
        site = a_site()
        anna = a_contact(site, external_id="anna", push_status="ask", is_reachable=True)
        a_contact(site, push_status="ask")
        a_contact(site, push_status="blocked")

        for exact in (False, True):
            found = count(marketer, site, ASK, exact=exact).json()
            assert (found["contacts"], found["reachable"], found["is_exact"]) == (2, 1, True)
            assert found["words"] == "Push status of the last session is Ask"
            assert {"name": "anna", "url": f"/admin/accounts/contact/{anna.pk}/change/"} in found[
                "samples"
            ]

    def test_it_counts_everybody_without_a_rule(self, marketer):
        site = a_site()
        a_contact(site)
        a_contact()

        assert count(marketer, site, {}).json()["contacts"] == 1

    def test_it_says_where_the_rule_is_wrong(self, marketer):
        rule = {"all": [{"field": "language", "op": "is", "value": ""}]}

        assert count(marketer, a_site(), rule).json() == {
            "problems": [
                {
                    "path": ["all", 0, "value"],
                    "message": "“Language is”: Write a text of at most 500 characters.",
                }
            ]
        }

    def test_it_finds_a_cycle_through_the_segment_that_is_edited(self, marketer):
        site = a_site()
        mine = a_segment(site, name="Mine")
        other = a_segment(site, name="Other", rule={"segment": mine.pk, "op": "in"})
        rule = {"segment": other.pk, "op": "in"}

        [problem] = count(marketer, site, rule, inside=mine.pk).json()["problems"]

        assert "Mine → Other → Mine" in problem["message"]

    def test_it_knows_no_segment_of_another_site(self, marketer):
        rule = {"segment": a_segment().pk, "op": "in"}

        [problem] = count(marketer, a_site(), rule).json()["problems"]

        assert problem["message"] == "This segment does not exist any more."

    def test_it_counts_exactly_one_at_a_time_for_each_person(self, marketer):
        site, user = a_site(), marketer.session["_auth_user_id"]
        cache.set(f"segments.counting.{user}", 1)

        assert count(marketer, site, ASK, exact=True).status_code == 429
        assert count(marketer, site, ASK).status_code == 200

        cache.delete(f"segments.counting.{user}")
        assert count(marketer, site, ASK, exact=True).status_code == 200
        assert count(marketer, site, ASK, exact=True).status_code == 200

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            (b"", 400),
            (b"{", 400),
            (b"\xff\xfe", 400),
            (b"[]", 400),
            (b"null", 400),
            (b'"x"', 400),
            (b"[" * 100_000, 400),
            (b'{"site": ' + b"9" * 6000 + b"}", 400),
            (b"{}", 404),
            (b'{"site": [1]}', 404),
            (b'{"site": true}', 404),
            (b'{"site": 1e3}', 404),
            (b"[" + b"1," * 600_000 + b"1]", 413),
        ],
    )
    def test_it_refuses_what_is_no_question(self, marketer, body, status):
        answer = marketer.post(COUNT, body, content_type="application/json")

        assert answer.status_code == status
        assert answer.json()["message"]

    @pytest.mark.parametrize(
        "rule",
        [
            None,
            1,
            "x",
            [],
            [[]],
            True,
            {"all": None},
            {"all": [None]},
            {"all": [{}]},
            {"field": None, "op": None, "value": None},
            {"field": [], "op": [], "value": {}},
            {"field": "language", "op": {"a": 1}, "value": "x"},
            {"field": "push_status", "op": "any_of", "value": [[]]},
            {"field": "push_status", "op": "is", "value": {}},
            {"field": "language", "op": "is", "value": "\x00"},
            {"field": "last_seen", "op": "in_last", "value": {"amount": True, "unit": []}},
            {"field": "last_seen", "op": "between", "value": ["2026-02-30", "x"]},
            {"event": [], "measure": {}, "op": [], "value": []},
            {"event": "x", "measure": "sum", "of": [], "op": "gte", "value": 1},
            {"event": "x", "measure": "count", "op": "gte", "value": 1, "where": 3},
            {"event": "x", "measure": "count", "op": "gte", "value": 1, "when": "now"},
            {"segment": True, "op": "in"},
            {"segment": 10**30, "op": "in"},
            {"segment": 1, "op": []},
        ],
        ids=str,
    )
    def test_it_never_breaks_on_a_rule_of_any_shape(self, marketer, rule):
        answer = count(marketer, a_site(), rule)

        assert answer.status_code == 200
        assert answer.json()["problems"]


class TestValues:
    def test_it_names_what_a_field_has(self, marketer):
        site = a_site()
        a_contact(site, language="de")
        an_event(a_contact(site), "purchase", item="hat")

        def found(**asked):
            return marketer.get(VALUES, {"site": site.pk, **asked}).json()

        assert found(field="language") == {"values": ["de"]}
        assert found(field="item", event="purchase") == {"values": ["hat"]}
        assert found(field="\x00") == found() == {"values": []}

    @pytest.mark.parametrize("site", ["", "x", "9" * 40, "²"])
    def test_it_refuses_a_site_that_is_none(self, marketer, site):
        assert marketer.get(VALUES, {"site": site, "field": "language"}).status_code == 404


class TestAccess:
    @pytest.mark.parametrize("address", [OFFERS, VALUES, COUNT])
    def test_it_is_for_those_who_edit_rules(self, client, db, address):
        client.force_login(a_user())

        assert client.get(address).status_code in (403, 405)
        assert client.post(address, b"{}", content_type="application/json").status_code in (
            403,
            405,
        )

    @pytest.mark.parametrize("address", [OFFERS, VALUES, COUNT])
    def test_it_asks_for_a_login(self, client, db, address):
        assert client.get(address).status_code == 302

    def test_it_takes_each_question_by_one_method(self, marketer):
        assert marketer.post(OFFERS).status_code == 405
        assert marketer.post(VALUES).status_code == 405
        assert marketer.get(COUNT).status_code == 405

    def test_it_needs_the_token_of_the_form(self, db):
        client = Client(enforce_csrf_checks=True)
        client.force_login(a_user("Marketer"))

        assert client.post(COUNT, b"{}", content_type="application/json").status_code == 403

    def test_it_names_no_contact_to_those_who_may_not_see_them(self, client, db):
        user = a_user()
        user.user_permissions.add(Permission.objects.get(codename="view_segment"))
        client.force_login(user)
        site = a_site()
        a_contact(site, push_status="ask")

        found = count(client, site, ASK).json()

        assert (found["contacts"], found["samples"]) == (1, [])
        a_contact(site, language="de")
        assert client.get(VALUES, {"site": site.pk, "field": "language"}).json() == {"values": []}
