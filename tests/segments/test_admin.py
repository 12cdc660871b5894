import json

import pytest

from apps.accounts import contacts
from apps.accounts.models import Property
from apps.segments.models import Member, Segment
from tests.factories import a_contact, a_segment, a_site, a_user

pytestmark = pytest.mark.django_db

ASK = {"all": [{"field": "push_status", "op": "is", "value": "ask"}]}
BLOCKED = {"all": [{"field": "push_status", "op": "is", "value": "blocked"}]}


@pytest.fixture
def marketer(client, db):
    client.force_login(a_user("Marketer"))
    return client


def page_of(segment, page="change"):
    return f"/admin/segments/segment/{segment.pk}/{page}/"


def asks_for(segment):
    return {"all": [{"segment": segment.pk, "op": "in"}]}


def sent(segment, rule, **more):
    return {"name": segment.name, "rule": json.dumps(rule), **more}


class TestList:
    def test_it_says_who_and_what_is_broken(self, marketer):
        site = a_site()
        a_segment(site, name="A", rule=ASK)
        a_segment(site, name="B", rule={"field": "state.gone", "op": "is", "value": "x"})
        a_segment(site, name="C", kind="imported")

        page = marketer.get("/admin/segments/segment/")

        rows = page.context["cl"].result_list
        admin = page.context["cl"].model_admin
        assert [(admin.status_label(row)[1], admin.described(row)) for row in rows] == [
            ("Active", "Push status of the last session is Ask"),
            ("Broken", "Nothing is known as “gone” here."),
            ("Active", "A list of external ids from a file"),
        ]


class TestEditing:
    def test_it_saves_at_once_what_nobody_uses(self, marketer):
        segment = a_segment(rule=ASK)

        answer = marketer.post(page_of(segment), sent(segment, BLOCKED))

        segment.refresh_from_db()
        assert (answer.status_code, segment.rule) == (302, BLOCKED)

    def test_it_says_first_whom_another_rule_breaks(self, marketer):
        site = a_site()
        segment = a_segment(site, name="Ask", rule=ASK)
        a_segment(site, name="Berlin", rule=asks_for(segment))
        chain = [a_segment(site, name="0", rule=ASK)]
        for number in range(1, 4):
            chain.append(a_segment(site, name=f"{number}", rule=asks_for(chain[-1])))

        page = marketer.post(page_of(segment), sent(segment, asks_for(chain[-1])))

        found = page.context["consequences"]
        assert "where it says so it breaks" in found.text
        ((_, _, how),) = found.rows
        assert how.startswith("in its rule. Breaks: The segment “Ask” is broken:")
        assert Segment.objects.get(pk=segment.pk).rule == ASK

    def test_it_says_first_whom_another_rule_changes(self, marketer):
        segment = a_segment(name="Ask", rule=ASK)
        a_segment(segment.site, name="Berlin", rule=asks_for(segment))
        a_contact(segment.site, push_status="ask")

        page = marketer.post(page_of(segment), sent(segment, BLOCKED))

        found = page.context["consequences"]
        assert found.title == "“Ask” is in use"
        assert found.text.startswith("It means 1 contact now and will mean 0 contacts.")
        assert [(row[0], row[2]) for row in found.rows] == [("Segment", "in its rule")]
        assert "Berlin" in page.content.decode()
        segment.refresh_from_db()
        assert segment.rule == ASK

    def test_it_saves_after_the_answer(self, marketer):
        segment = a_segment(rule=ASK)
        a_segment(segment.site, rule=asks_for(segment))

        marketer.post(page_of(segment), sent(segment, BLOCKED, _confirmed="1"))

        segment.refresh_from_db()
        assert segment.rule == BLOCKED

    def test_it_goes_back_to_editing_with_what_was_typed(self, marketer):
        segment = a_segment(rule=ASK)
        a_segment(segment.site, rule=asks_for(segment))

        page = marketer.post(page_of(segment), sent(segment, BLOCKED, _edit_again="1"))

        form = page.context["adminform"].form
        assert (json.loads(form["rule"].value()), dict(form.errors)) == (BLOCKED, {})
        segment.refresh_from_db()
        assert segment.rule == ASK

    def test_it_does_not_ask_about_another_name(self, marketer):
        segment = a_segment(rule=ASK)
        a_segment(segment.site, rule=asks_for(segment))

        marketer.post(page_of(segment), sent(segment, ASK, name="New name"))

        segment.refresh_from_db()
        assert segment.name == "New name"


class TestArchiving:
    def test_it_asks_archives_and_brings_back(self, marketer):
        segment = a_segment(name="VIP")
        user = a_segment(segment.site, name="Berlin", rule=asks_for(segment))

        page = marketer.get(page_of(segment, "archive"))
        assert [row[0] for row in page.context["consequences"].rows] == ["Segment"]
        assert user.name in page.content.decode()
        segment.refresh_from_db()
        assert segment.status == "active"

        marketer.post(page_of(segment, "archive"), {"_confirmed": "1"})
        segment.refresh_from_db()
        assert segment.status == "archived"

        marketer.post(page_of(segment, "bring_back"), {"_confirmed": "1"})
        segment.refresh_from_db()
        assert segment.status == "active"

    def test_it_is_not_for_those_who_only_look(self, client):
        segment = a_segment()
        client.force_login(a_user("Analyst"))

        answer = client.post(page_of(segment, "archive"), {"_confirmed": "1"})

        segment.refresh_from_db()
        assert (answer.status_code, segment.status) == (403, "active")


class TestDeleting:
    def test_it_refuses_a_used_one_with_the_names(self, marketer):
        segment = a_segment(name="VIP")
        a_segment(segment.site, name="Berlin", rule=asks_for(segment))

        page = marketer.post(page_of(segment, "delete"), {"post": "yes"})

        assert "Berlin" in page.content.decode()
        assert Segment.objects.filter(pk=segment.pk).exists()

    def test_it_deletes_a_list_without_loading_its_members(
        self, marketer, django_assert_max_num_queries
    ):
        segment = a_segment(kind="imported")
        people = [a_contact(segment.site) for _ in range(3)]
        Member.objects.bulk_create(Member(segment=segment, contact=row) for row in people)

        page = marketer.get(page_of(segment, "delete"))
        assert page.context["deleted_objects"] == [segment.name]
        marketer.post(page_of(segment, "delete"), {"post": "yes"})

        assert not Segment.objects.exists()
        assert not Member.objects.exists()


class TestContacts:
    def test_it_shows_those_who_are_in_page_by_page(self, marketer):
        segment = a_segment(rule=ASK)
        for number in range(27):
            a_contact(segment.site, external_id=f"c{number}", push_status="ask")
        a_contact(segment.site, external_id="other", push_status="blocked")

        first = marketer.get(page_of(segment, "contacts"))
        second = marketer.get(page_of(segment, "contacts") + "?page=2")

        assert [row.external_id for row in first.context["contacts"]] == [
            f"c{number}" for number in range(26, 1, -1)
        ]
        assert [row.external_id for row in second.context["contacts"]] == ["c1", "c0"]
        assert (first.context["next"], second.context["next"]) == (2, None)

    @pytest.mark.parametrize("page", ["0", "-1", "x", "9" * 50, "²", "1e3"])
    def test_it_takes_any_page_number(self, marketer, page):
        segment = a_segment(rule=ASK)

        answer = marketer.get(page_of(segment, "contacts"), {"page": page})

        assert "contacts" in answer.context

    def test_it_shows_the_members_of_a_list(self, marketer):
        segment = a_segment(kind="imported")
        member = a_contact(segment.site)
        a_contact(segment.site)
        Member.objects.create(segment=segment, contact=member)

        page = marketer.get(page_of(segment, "contacts"))
        numbers = marketer.get(page_of(segment, "numbers"))

        assert page.context["contacts"] == [member]
        assert (numbers.context["found"].contacts, numbers.context["found"].reachable) == (1, 0)

    def test_it_says_that_the_segment_is_broken(self, marketer):
        segment = a_segment(rule={"field": "state.gone", "op": "is", "value": "x"})

        for page in ("contacts", "numbers"):
            answer = marketer.get(page_of(segment, page))
            assert "Nothing is known as “gone” here." in answer.context["problem"]


class TestProperties:
    def change(self, client, row, type, **more):
        return client.post(f"/admin/accounts/property/{row.pk}/change/", {"type": type, **more})

    @pytest.fixture
    def orders(self, marketer):
        site = a_site()
        contacts.update_state(a_contact(site), {"orders": 3})
        return Property.objects.get(site=site, name="orders")

    def test_it_corrects_a_type_that_nobody_asks_for(self, marketer, orders):
        self.change(marketer, orders, "text")

        orders.refresh_from_db()
        assert orders.type == "text"

    def test_it_says_first_which_rules_break(self, marketer, orders):
        rule = {"all": [{"field": "state.orders", "op": "gte", "value": 3}]}
        a_segment(orders.site, name="Good customers", rule=rule)

        page = self.change(marketer, orders, "text")

        [[kind, name, why]] = page.context["consequences"].rows
        assert (kind, "Good customers" in name) == ("Segment", True)
        assert why == "“orders” is a text now and cannot be asked with “is at least”."
        orders.refresh_from_db()
        assert orders.type == "number"

        self.change(marketer, orders, "text", _confirmed="1")
        orders.refresh_from_db()
        assert orders.type == "text"

    def test_it_changes_nothing_but_the_type(self, marketer, orders):
        self.change(marketer, orders, "number", name="other", site=str(a_site().pk))

        orders.refresh_from_db()
        assert orders.name == "orders"
