import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.devices import keys, linked_browsers
from apps.devices.models import LinkedBrowser
from tests.factories import FIREFOX, a_new_subscription, a_site, a_user

pytestmark = pytest.mark.django_db

MINE = "/admin/my-browsers/"


@pytest.fixture
def marketer():
    return a_user("Marketer")


@pytest.fixture
def office(client, marketer):
    client.force_login(marketer)
    return client


def a_link(user, site):
    return linked_browsers.link(user, site, a_new_subscription(site), user_agent=FIREFOX)


def sent(site, **changes):
    new = a_new_subscription(site)
    names = ("endpoint", "p256dh", "auth", "vapid_key")
    return {**{name: getattr(new, name) for name in names}, **changes}


class TestMine:
    def test_it_shows_her_own_browsers_with_a_way_to_unlink_them(self, office, marketer, site):
        mine, others = a_link(marketer, site), a_link(a_user("Marketer"), site)

        page = office.get(MINE).content.decode()

        assert page.count("Firefox on Linux</strong>") == 1
        assert f"{MINE}{mine.pk}/unlink/" in page
        assert f"{MINE}{others.pk}/unlink/" not in page
        assert f'data-key="{keys.current(site).public_key}"' in page
        assert f'data-linked-browsers="/pushdesk-test/{site.pk}/"' in page

    def test_it_asks_to_link_again_after_a_rotation(self, office, marketer, site):
        a_link(marketer, site)
        keys.rotate(keys.current(site))

        assert "Link again: the site has a new key" in office.get(MINE).content.decode()

    def test_her_own_menu_leads_there(self, office, site):
        page = office.get("/admin/").content.decode()

        assert re.search(rf'<a href="{MINE}"[^>]*>\s*My browsers', page)

    def test_an_analyst_is_refused_and_not_led_there(self, client, site):
        client.force_login(a_user("Analyst"))

        assert client.get(MINE).status_code == 403
        assert MINE not in client.get("/admin/").content.decode()

    def test_a_stranger_is_asked_to_log_in(self, client, site):
        assert client.get(MINE).headers["Location"].startswith("/admin/login/")

    def test_it_costs_the_same_queries_for_one_site_and_for_three(self, office, marketer, site):
        a_link(marketer, site)
        office.get(MINE)
        with CaptureQueriesContext(connection) as one:
            office.get(MINE)
        for other in (a_site(), a_site()):
            a_link(marketer, other)

        with CaptureQueriesContext(connection) as three:
            office.get(MINE)

        assert len(one) == len(three)


class TestLink:
    def test_it_links_and_answers_with_the_sites_browsers(self, office, marketer, site):
        answer = office.post(
            f"{MINE}of-site/{site.pk}/link/", sent(site), headers={"User-Agent": FIREFOX}
        )

        assert answer.status_code == 200
        assert "<strong>Firefox on Linux</strong>" in answer.content.decode()
        assert "<html" not in answer.content.decode()
        assert LinkedBrowser.objects.get().user == marketer

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"endpoint": "https://evil.example/x"}, "evil.example is not a push service"),
            ({"endpoint": ""}, "endpoint: This field is required."),
            ({"endpoint": f"https://fcm.googleapis.com/{'x' * 2000}"}, "at most 2000"),
            ({"endpoint": "https://fcm.googleapis.com/\x00"}, "Null characters"),
            ({"p256dh": "no"}, "no point on the curve"),
            ({"vapid_key": "no"}, "The site has a new key"),
        ],
    )
    def test_a_refusal_says_why_in_words(self, changes, words, office, site):
        answer = office.post(f"{MINE}of-site/{site.pk}/link/", sent(site, **changes))

        assert (answer.status_code, answer["Content-Type"]) == (400, "text/plain; charset=utf-8")
        assert words in answer.content.decode()
        assert LinkedBrowser.objects.count() == 0

    def test_an_analyst_may_not(self, client, site):
        client.force_login(a_user("Analyst"))

        assert client.post(f"{MINE}of-site/{site.pk}/link/", sent(site)).status_code == 403
        assert LinkedBrowser.objects.count() == 0

    def test_another_site_cannot_make_her_browser_do_it(self, marketer, site):
        client = Client(enforce_csrf_checks=True)
        client.force_login(marketer)

        assert client.post(f"{MINE}of-site/{site.pk}/link/", sent(site)).status_code == 403
        assert LinkedBrowser.objects.count() == 0

    def test_a_site_that_is_not_there(self, office, site):
        assert office.post(f"{MINE}of-site/999999/link/", sent(site)).status_code == 404

    def test_it_is_no_page_to_look_at(self, office, site):
        assert office.get(f"{MINE}of-site/{site.pk}/link/").status_code == 405


class TestUnlink:
    def test_it_unlinks_and_answers_with_what_is_left(self, office, marketer, site):
        row = a_link(marketer, site)

        answer = office.post(f"{MINE}{row.pk}/unlink/", headers={"HX-Request": "true"})

        assert "You have linked no browser" in answer.content.decode()
        assert LinkedBrowser.objects.count() == 0

    def test_without_the_script_it_leads_back(self, office, marketer, site):
        row = a_link(marketer, site)

        answer = office.post(f"{MINE}{row.pk}/unlink/", follow=True)

        assert "The browser is unlinked." in answer.content.decode()

    def test_nobody_unlinks_what_is_anothers(self, office, site):
        row = a_link(a_user("Marketer"), site)

        assert office.post(f"{MINE}{row.pk}/unlink/").status_code == 404
        assert LinkedBrowser.objects.count() == 1
