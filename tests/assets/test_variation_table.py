import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.assets.varied import GERMAN, GONE, VIP, a_variation, names, page_of, variation_page
from tests.factories import a_contact, a_push, a_segment, a_site, a_user

HTMX = {"HX-Request": "true"}


@pytest.fixture
def marketer(client, db):
    client.force_login(a_user("Marketer"))
    return client


@pytest.fixture
def push(db):
    return a_push(name="Sale", title="Hello")


class TestMoving:
    def test_it_answers_with_the_table_and_the_strip(self, marketer, push):
        first, second = a_variation(push, "First"), a_variation(push, "Second")

        answer = marketer.post(
            variation_page(second, "move"), {"to": "up", "among": "everybody"}, headers=HTMX
        )

        assert names(push) == ["Second", "First"]
        rows = answer.context["content"]["rows"]
        assert [row.variation for row in rows] == [second, first, None]
        page = answer.content.decode()
        assert 'id="strip"' in page
        assert 'hx-swap-oob="true"' in page
        assert f"/shares/{push.pk}/?among=everybody" in page

    def test_it_works_without_a_script(self, marketer, push):
        first = a_variation(push, "First")
        a_variation(push, "Second")

        answer = marketer.post(variation_page(first, "move"), {"to": "down"})

        assert answer.url == f"{page_of(push)}#variations"
        assert names(push) == ["Second", "First"]

    def test_it_changes_nothing_by_being_looked_at(self, marketer, push):
        assert marketer.get(variation_page(a_variation(push), "move")).status_code == 405

    def test_it_needs_the_token_of_the_page(self, push):
        client = Client(enforce_csrf_checks=True)
        client.force_login(a_user("Marketer"))
        a_variation(push, "First")
        second = a_variation(push, "Second")

        assert client.post(variation_page(second, "move"), {"to": "up"}).status_code == 403
        assert names(push) == ["First", "Second"]


class TestTable:
    def shares(self, client, push, among=""):
        answer = client.get(
            f"/admin/assets/variation/shares/{push.pk}/", {"among": among}, headers=HTMX
        )
        return answer.context["content"]

    def test_the_page_has_it_before_anybody_is_counted(self, marketer, push):
        a_variation(push)
        a_variation(push, "Again")
        a_variation(push, "Broken", GONE)

        panels = marketer.get(page_of(push)).context["panels_below"]

        content = next(p.content for p in panels if p.title == "Who gets which variation")
        assert [(row.words, row.never, row.problem) for row in content["rows"]] == [
            ("Language is de", "", ""),
            ("Language is de", "“German” before it has the same rule.", ""),
            ("gone is x", "", "Nothing is known as “gone” here."),
            ("Everybody else", "", ""),
        ]
        assert not content["is_counted"]

    def test_an_asset_without_variations_has_none(self, marketer, push):
        titles = [panel.title for panel in marketer.get(page_of(push)).context["panels_below"]]

        assert "Who gets which variation" not in titles

    def test_it_counts_the_reachable_unless_others_are_chosen(self, marketer, push):
        a_variation(push)
        a_variation(push, "VIP", {}, status="draft")
        a_contact(push.site, language="de", is_reachable=True)
        a_contact(push.site, language="fr", is_reachable=True)
        a_contact(push.site, language="fr")
        french = a_segment(push.site, rule={"field": "language", "op": "is", "value": "fr"})

        def percents(among):
            rows = self.shares(marketer, push, among)["rows"]
            return [row.share and row.percent for row in rows]

        assert percents("") == ["50 %", None, "50 %"]
        assert percents("everybody") == ["33 %", None, "67 %"]
        assert percents(str(french.pk)) == ["0 %", None, "100 %"]

    def test_it_says_what_those_who_meet_it_get_before(self, marketer, push):
        a_variation(push)
        allowed = {"all": [GERMAN, {"field": "push_status", "op": "is", "value": "allowed"}]}
        a_variation(push, "Allowed", allowed)
        for _ in range(2):
            a_contact(push.site, language="de", push_status="allowed")

        content = self.shares(marketer, push, "everybody")

        assert [row.lost for row in content["rows"]] == [
            "",
            "All 2 who meet it get “German” before.",
            "",
        ]

    @pytest.mark.parametrize("among", ["0", "x", "9" * 40, "\x00"])
    def test_it_says_so_when_the_segment_is_gone(self, marketer, push, among):
        a_variation(push)

        assert self.shares(marketer, push, among)["problem"] == "There is no such segment any more."

    def test_it_says_so_when_the_segment_is_broken_or_of_another_site(self, marketer, push):
        a_variation(push)
        broken, foreign = a_segment(push.site, rule=GONE), a_segment(a_site())

        assert self.shares(marketer, push, str(broken.pk))["problem"].startswith(
            "This segment is broken: "
        )
        assert self.shares(marketer, push, str(foreign.pk))["problem"] == (
            "There is no such segment any more."
        )

    def test_it_is_a_page_of_its_own_without_a_script(self, marketer, push):
        a_variation(push)

        page = marketer.get(f"/admin/assets/variation/shares/{push.pk}/").content.decode()

        assert "<html" in page
        assert "Language is de" in page

    def test_an_analyst_may_look_and_is_offered_no_change(self, client, push):
        a_variation(push)
        client.force_login(a_user("Analyst"))

        content = self.shares(client, push)

        assert not content["can_change"]

    def test_others_may_not(self, client, push):
        client.force_login(a_user())

        answer = client.get(f"/admin/assets/variation/shares/{push.pk}/")

        assert answer.status_code == 403

    def test_the_pages_cost_the_same_with_one_variation_and_with_three(self, marketer, push):
        def queries(address):
            with CaptureQueriesContext(connection) as captured:
                marketer.get(address)
            return len(captured)

        german = a_variation(push)
        pages = (
            page_of(push),
            variation_page(german),
            f"/admin/assets/variation/shares/{push.pk}/",
            "/admin/assets/push/",
            "/admin/assets/asset/",
        )
        for page in pages:
            marketer.get(page)
        one = [queries(page) for page in pages]
        a_variation(push, "VIP", {"all": [GERMAN, GERMAN]})
        a_variation(push, "Draft", {}, status="draft")

        assert [queries(page) for page in pages] == one


class TestItsOwnPage:
    def nobody(self, client, variation):
        panels = client.get(variation_page(variation)).context["panels_above"]
        return next((panel.content for panel in panels if panel.title == "Nobody gets it"), None)

    def test_it_says_why_nobody_gets_it(self, marketer, push):
        german, again = a_variation(push), a_variation(push, "Again")
        broken = a_variation(push, "Broken", GONE)

        assert self.nobody(marketer, german) is None
        assert self.nobody(marketer, again)["never"] == "“German” before it has the same rule."
        assert self.nobody(marketer, broken)["problem"] == "Nothing is known as “gone” here."


class TestLists:
    def test_they_say_how_many_there_are(self, marketer, push):
        a_variation(push)
        a_variation(push, "VIP", VIP)

        for address in ("/admin/assets/push/", "/admin/assets/asset/"):
            (row,) = (
                row for row in marketer.get(address).context["cl"].result_list if row.pk == push.pk
            )
            assert row.variation_count == 2

    def test_there_is_no_list_of_variations(self, marketer):
        assert marketer.get("/admin/assets/variation/").url == "/admin/assets/asset/"
