import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import a_contact, a_segment, a_site, a_user

pytestmark = pytest.mark.django_db

ASK = {"all": [{"field": "push_status", "op": "is", "value": "ask"}]}
BROKEN = {"field": "state.gone", "op": "is", "value": "x"}


@pytest.fixture
def marketer(client, db):
    client.force_login(a_user("Marketer"))
    return client


def why(client, segment, contact="", **headers):
    address = f"/admin/segments/segment/{segment.pk}/why/"
    return client.get(address, {"contact": contact}, headers={"HX-Request": "true"} | headers)


def of_contact(client, contact):
    return client.get(
        f"/admin/segments/segment/of-contact/{contact.pk}/", headers={"HX-Request": "true"}
    )


class TestWhy:
    def test_it_answers_condition_by_condition(self, marketer):
        segment = a_segment(rule=ASK)
        a_contact(segment.site, external_id="anna", push_status="blocked")

        page = why(marketer, segment, "anna")

        answer = page.context["answer"]
        assert (answer.is_met, [child.is_met for child in answer.children]) == (False, [False])
        assert "Push status of the last session is Blocked" in page.content.decode()

    def test_it_finds_a_visitor_by_number(self, marketer):
        segment = a_segment(rule=ASK)
        visitor = a_contact(segment.site)

        for term in (f"Visitor {visitor.pk}", str(visitor.pk)):
            assert why(marketer, segment, term).context["contact"] == visitor

    def test_it_asks_which_one_where_several_begin_so(self, marketer):
        segment = a_segment(rule=ASK)
        found = [a_contact(segment.site, external_id=f"anna-{number}") for number in (1, 2)]

        assert why(marketer, segment, "anna").context["found"] == found

    @pytest.mark.parametrize("term", ["", "nobody", "\x00", "%", "9" * 200, "²", "Visitor -1"])
    def test_it_finds_nobody_for_what_names_nobody(self, marketer, term):
        segment = a_segment(rule=ASK)
        a_contact(segment.site, external_id="anna")

        assert why(marketer, segment, term).context["found"] == []

    def test_it_knows_nobody_of_another_site(self, marketer):
        segment = a_segment(rule=ASK)
        stranger = a_contact(a_site(), external_id="anna")

        assert why(marketer, segment, "anna").context["found"] == []
        address = f"/admin/segments/segment/{segment.pk}/why/{stranger.pk}/"
        assert marketer.get(address).status_code == 404

    def test_it_says_that_the_segment_is_broken(self, marketer):
        segment = a_segment(rule=BROKEN)
        a_contact(segment.site, external_id="anna")

        page = why(marketer, segment, "anna")

        assert "Nothing is known as “gone” here." in page.content.decode()

    def test_it_is_a_whole_page_without_javascript(self, marketer):
        segment = a_segment(rule=ASK)
        a_contact(segment.site, external_id="anna")

        page = marketer.get(f"/admin/segments/segment/{segment.pk}/why/", {"contact": "anna"})

        assert "<html" in page.content.decode()
        assert "<html" not in why(marketer, segment, "anna").content.decode()

    @pytest.mark.parametrize("page", ["why", "why/1", "contacts", "numbers"])
    def test_it_is_for_those_who_may_see_contacts(self, client, page):
        segment = a_segment(rule=ASK)
        client.force_login(a_user())

        address = f"/admin/segments/segment/{segment.pk}/{page}/"
        assert client.get(address).status_code == 403


class TestOfContact:
    def test_it_says_of_each_segment_whether_the_contact_is_in_it(self, marketer):
        site = a_site()
        inside = a_segment(site, name="Ask", rule=ASK)
        outside = a_segment(site, name="Nobody", rule={"none": [ASK]})
        a_segment(site, name="Old", rule=ASK, status="archived")
        broken = a_segment(site, name="Broken", rule=BROKEN)
        contact = a_contact(site, push_status="ask")

        page = of_contact(marketer, contact)

        assert page.context["inside"] == [inside]
        assert page.context["outside"] == [outside]
        assert [segment for segment, _ in page.context["broken"]] == [broken]

    def test_it_says_so_where_there_are_none(self, marketer):
        page = of_contact(marketer, a_contact())

        assert "This site has no segments yet." in page.content.decode()

    def test_it_costs_the_same_with_one_segment_and_with_three(self, marketer):
        contact = a_contact(push_status="ask")
        costs = []

        for number in (1, 2):
            for _ in range(number):
                a_segment(contact.site, rule=ASK)
            with CaptureQueriesContext(connection) as queries:
                of_contact(marketer, contact)
            costs.append(len(queries))

        assert costs[0] == costs[1]

    def test_it_is_for_those_who_may_see_segments(self, client):
        contact = a_contact()
        client.force_login(a_user())

        assert of_contact(client, contact).status_code == 403
