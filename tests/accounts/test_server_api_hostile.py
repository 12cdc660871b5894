"""What a hostile or broken system may send: a refusal that says why, nothing written, never a
server error."""

import json

import pytest

from apps.accounts.house_events import WORDS
from apps.accounts.models import Contact, Event, EventName
from tests.accounts.system import System, nothing_was_written
from tests.factories import a_contact, a_site

pytestmark = pytest.mark.django_db


def an_event(**changes):
    return {"external_id": "anna", "name": "purchase", **changes}


BODIES = [
    "",
    "{",
    "null",
    "[]",
    '"text"',
    "7",
    "{}",
    b"\xff\xfe",
    '{"%s": null}',
    '{"%s": {}}',
    '{"%s": []}',
    '{"%s": "anna"}',
    '{"%s": [null]}',
    '{"%s": [[]]}',
    '{"%s": [7, "x", true]}',
    '{"%s": [{"external_id": "a\\u0000b", "name": "x"}]}',
    '{"%s": [{"external_id": "a\\ud800b", "name": "x"}]}',
    '{"%s": [{"external_id": null, "name": null}]}',
    '{"%s": [{"external_id": {"$ne": 1}, "name": ["x"]}]}',
    '{"%s": [{"external_id": true, "name": false}]}',
    '{"%s": [{"external_id": NaN, "name": "x"}]}',
    '{"%s": [{"external_id": "new", "name": "x", "state": {"x": 1e999}}]}',
    '{"%s": [{"external_id": "new", "name": "x", "properties": {"x": -1e999}}]}',
    '{"%s": ' + "[" * 30 + "]" * 30 + "}",
    '{"%s": ' + "[" * 9000 + "]" * 9000 + "}",
    '{"%s": [' + "9" * 6000 + "]}",
    '{"%s": [{"external_id": "anna", "x": ' + '{"a":' * 40 + "1" + "}" * 40 + "}]}",
    '{"%s": [{"external_id": "' + "x" * 151 + '", "name": "' + "y" * 101 + '"}]}',
]


class TestBodies:
    @pytest.mark.parametrize("number", range(len(BODIES)))
    @pytest.mark.parametrize("path", ["contacts", "events"])
    def test_it_refuses_what_nothing_can_hold(self, system, anna, path, number):
        body = BODIES[number]
        text = body.replace("%s", path) if isinstance(body, str) else body

        answer = system.send(path, text)

        assert answer.status_code == 400
        assert answer.json()
        assert nothing_was_written()

    @pytest.mark.parametrize("body", ["{", "null", "[]", '"text"', "7", '{"state": "x"}'])
    def test_it_refuses_such_a_contact(self, system, anna, body):
        assert system.send("contacts/anna", body, method="put").status_code == 400
        assert nothing_was_written()

    @pytest.mark.parametrize("path", ["contacts", "events"])
    def test_it_takes_json_only(self, system, anna, path):
        answer = system.send(path, "a=1", content_type="application/x-www-form-urlencoded")

        assert answer.status_code == 415

    @pytest.mark.parametrize("path", ["contacts", "events"])
    def test_it_takes_a_thousand_items_and_no_more(self, system, anna, path):
        answer = system.call("post", path, {path: [an_event()] * 1_001})

        assert (answer.status_code, list(answer.json())) == (400, [path])
        assert nothing_was_written()

    @pytest.mark.parametrize("path", ["contacts", "events"])
    def test_it_takes_five_megabytes_and_no_more(self, system, anna, path):
        answer = system.send(path, json.dumps({path: ["x" * 4_990_000]}))
        assert answer.status_code == 400

        answer = system.send(path, json.dumps({path: ["x" * 5_000_000]}))
        assert answer.status_code == 413
        assert nothing_was_written()


class TestContacts:
    @pytest.mark.parametrize(
        "fields",
        [
            {"is_reachable": True},
            {"push_status": "allowed"},
            {"id": 1},
            {"pk": 1},
            {"site": 1},
            {"site_id": 1},
            {"unsubscribed_at": None},
            {"created_at": "2020-01-01T00:00:00Z"},
            {"bucket": 1},
            {"x" * 5_000: 1},
        ],
    )
    def test_it_refuses_fields_that_are_not_theirs_to_set(self, system, anna, fields):
        name = next(iter(fields))[:100]

        one = system.call("put", "contacts/anna", {"language": "de", **fields})
        many = system.call("post", "contacts", {"contacts": [{"external_id": "new", **fields}]})

        assert (one.status_code, list(one.json())) == (400, [name])
        assert "There is no such field here" in one.json()[name][0]
        assert (many.status_code, many.json()["errors"][0]["field"]) == (400, name)
        assert nothing_was_written()

    @pytest.mark.parametrize(
        "state",
        [
            {"x": "y" * 1_000_000},
            {f"n{n}": 1 for n in range(10_000)},
            {"x" * 101: 1},
            ["plan"],
            "plan",
            7,
        ],
    )
    def test_it_refuses_a_state_that_is_too_much(self, system, anna, state):
        answer = system.call("put", "contacts/anna", {"state": state})

        assert (answer.status_code, list(answer.json())) == (400, ["state"])
        assert nothing_was_written()

    def test_it_refuses_a_state_that_would_become_too_much(self, system, anna):
        Contact.objects.update(state={f"n{n}": 1 for n in range(150)})

        answer = system.call("put", "contacts/anna", {"state": {f"m{n}": 1 for n in range(60)}})

        assert (answer.status_code, list(answer.json())) == (400, ["state"])
        assert len(Contact.objects.get().state) == 150

    def test_it_keeps_huge_numbers_and_odd_names_as_they_are(self, system, anna):
        state = {"plan": 10**300, "": 1, "$ne": 2, "a.b": [{"c": None}], "__class__": -(2**70)}

        assert system.call("put", "contacts/anna", {"state": state}).status_code == 200

        told = system.call("get", "contacts/anna").json()["state"]
        assert told == state

    @pytest.mark.parametrize("encoded", ["a%00b", "x" * 151, "undefined", "%20", "%FF%FE", "null"])
    @pytest.mark.parametrize("method", ["get", "delete"])
    def test_it_knows_nobody_of_such_an_id(self, system, anna, encoded, method):
        assert system.call(method, f"contacts/{encoded}").status_code == 404
        assert nothing_was_written()

    @pytest.mark.parametrize("encoded", ["a%00b", "x" * 151, "undefined", "%20", "NULL"])
    def test_it_makes_nobody_of_such_an_id(self, system, anna, encoded):
        answer = system.call("put", f"contacts/{encoded}", {})

        assert (answer.status_code, list(answer.json())) == (400, ["external_id"])
        assert nothing_was_written()

    @pytest.mark.parametrize("values", [{"push_disabled_by_platform": "maybe"}, {"language": 7e9}])
    def test_it_refuses_values_of_another_type(self, system, anna, values):
        answer = system.call("put", "contacts/anna", {"time_zone": [], **values})

        assert answer.status_code == 400
        assert nothing_was_written()


class TestEvents:
    @pytest.mark.parametrize(
        "changes",
        [
            {"properties": {"x": "y" * 1_000_000}},
            {"properties": {f"n{n}": 1 for n in range(10_000)}},
            {"id": "x" * 65},
            {"id": ["x"]},
            {"id": ""},
            {"at": 10**300},
            {"at": "9999-12-31T23:59:59-23:59"},
            {"at": "0001-01-01T00:00:00+23:59"},
            {"at": {"now": 1}},
            {"name": "purchase'; --"},
            {"name": "push_clicked"},
            {"contact": 1},
            {"key": "x"},
        ],
    )
    def test_it_refuses_what_no_event_holds(self, system, anna, changes):
        answer = system.call("post", "events", {"events": [an_event(**changes)]})

        assert answer.status_code == 400
        assert [(row["item"], row["field"]) for row in answer.json()["errors"]] == [
            (0, next(iter(changes)))
        ]
        assert nothing_was_written()

    def test_it_takes_no_more_names_than_a_site_may_have(self, system, anna):
        for start in range(0, 3_000, 1_000):
            items = [an_event(name=f"n{start + n}") for n in range(1_000)]
            answer = system.call("post", "events", {"events": items})

        assert answer.status_code == 400
        assert {row["field"] for row in answer.json()["errors"]} == {"name"}
        names = EventName.objects.filter(site=system.site).exclude(name__in=WORDS)
        assert names.count() == 500
        assert Event.objects.count() == 500

    def test_it_keeps_an_id_with_whom_it_was_first_reported_of(self, system, anna):
        a_contact(system.site, external_id="ben")
        system.call("post", "events", {"events": [an_event(id="order-7")]})

        stolen = an_event(external_id="ben", id="order-7", properties={"total": 0})
        answer = system.call("post", "events", {"events": [stolen]})

        assert answer.json() == {"accepted": 0, "duplicates": 1, "errors": []}
        assert list(Event.objects.values_list("contact__external_id", "properties")) == [
            ("anna", {})
        ]

    def test_it_keeps_the_ids_of_two_sites_apart(self, system, anna):
        other = System(a_site())
        a_contact(other.site, external_id="anna")
        system.call("post", "events", {"events": [an_event(id="order-7")]})

        answer = other.call("post", "events", {"events": [an_event(id="order-7")]})

        assert answer.json()["accepted"] == 1
