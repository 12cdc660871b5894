import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.models import Contact, Site
from apps.assets.models import Push
from apps.delivery import models as delivery
from tests.accounts.house import a_house, address, login
from tests.factories import (
    a_device,
    a_push,
)


def crumbs(page):
    return [str(crumb["title"]) for crumb in page.context["trail"]]


@pytest.mark.django_db
class TestNavigation:
    def test_it_says_where_the_page_is(self, client):
        push = a_push(name="Summer sale")
        login(client, "Marketer")

        page = client.get(address(Push, "change", push))

        assert crumbs(page) == ["Marketing", "Assets", "Push"]
        assert "<span>Summer sale</span>\n" in page.content.decode()

    @pytest.mark.parametrize("page", ["history", "delete"])
    def test_it_says_so_on_every_page_of_a_row(self, client, page):
        push = a_push(name="Summer sale")
        login(client, "Marketer")

        answer = client.get(address(Push, page, push))

        assert crumbs(answer) == ["Marketing", "Assets", "Push"]
        assert "<span>Summer sale</span>\n" in answer.content.decode()

    @pytest.mark.parametrize(
        ("role", "groups"),
        [
            ("superuser", ["Marketing", "Audience", "Delivery", "Settings", "Operations"]),
            ("Marketer", ["Marketing", "Audience", "Delivery", "Settings"]),
            ("", []),
        ],
    )
    def test_it_draws_no_group_that_would_be_empty(self, client, role, groups):
        login(client, role)

        page = client.get("/admin/")

        sidebar = page.context["sidebar_navigation"]
        assert [group["title"] for group in sidebar] == groups
        drawn = [part.split('"')[0] for part in page.content.decode().split(' aria-label="')[1:]]
        assert [name for name in drawn if name in {"Operations", *groups}] == groups

    def test_it_has_a_third_level(self, client):
        login(client, "Marketer")

        page = client.get("/admin/assets/popup/")

        assets = page.context["sidebar_navigation"][0]["items"][1]
        assert [(kind["title"], kind["active"]) for kind in assets["items"]] == [
            ("Push", False),
            ("Popup", True),
            ("Images", False),
            ("Labels", False),
        ]
        assert '<a href="/admin/assets/popup/" class="active">' in page.content.decode()


@pytest.mark.django_db
class TestHome:
    def test_it_tells_how_to_get_started(self, client):
        login(client, "superuser")

        page = client.get("/admin/")

        assert [hint["done"] for hint in page.context["hints"]] == [False, False, False, False]
        assert [number["value"] for number in page.context["numbers"]] == [0, 0, 0, 0]

    def test_it_shows_whom_a_marketer_can_ask_and_reach(self, client):
        a_house(1)
        a_device()
        delivery.Push.objects.update(status="accepted", clicked_at=timezone.now())
        login(client, "Marketer")

        page = client.get("/admin/")

        assert [(number["title"], number["value"]) for number in page.context["numbers"]] == [
            ("Can be asked", 1),
            ("Reachable", 1),
            ("Pushes accepted", 1),
            ("Clicked", 1),
        ]
        assert [(journey.status, journey.inside) for journey in page.context["journeys"]] == [
            ("active", 1)
        ]
        assert "hints" not in page.context

    def test_it_shows_nothing_to_those_who_may_see_nothing(self, client):
        login(client, "")

        page = client.get("/admin/")

        assert "numbers" not in page.context

    def test_it_costs_the_same_with_one_journey_and_with_three(self, client):
        a_house(1)
        login(client, "superuser")
        client.get("/admin/")

        with CaptureQueriesContext(connection) as one:
            client.get("/admin/")
        a_house(2)
        a_house(3)
        with CaptureQueriesContext(connection) as three:
            client.get("/admin/")

        assert len(three) == len(one)


@pytest.mark.django_db
class TestPanels:
    def test_it_shows_what_became_of_a_push_on_the_page_of_its_asset(self, client):
        rows = a_house(1)
        delivery.Push.objects.update(status="failed", reason="too_large")
        login(client, "Marketer")

        page = client.get(address(Push, "change", rows[Push]))

        assert page.context["panels_above"] == []
        panels = {panel.title: panel.content for panel in page.context["panels_below"]}
        assert list(panels) == [
            "Test",
            "Who gets which variation",
            "Used in",
            "Messages to devices",
        ]
        content = panels["Messages to devices"]
        assert content["values"] == [
            ("Queued", 0),
            ("Accepted", 0),
            ("Shown", 0),
            ("Clicked", 0),
            ("Dismissed", 0),
            ("Failed", 1),
        ]
        assert content["note"] == "Failed: 1 × too large for its push service."

    def test_it_shows_a_contact_with_all_that_happened(self, client):
        rows = a_house(1)
        login(client, "Analyst")

        page = client.get(address(Contact, "change", rows[Contact]))

        *panels, story = page.context["panels_below"]
        tables = [panel for panel in panels if "rows" in panel.content]
        assert [(panel.title, len(panel.content["rows"])) for panel in tables] == [
            ("Devices", 1),
            ("Push status over time", 1),
            ("Recent pushes", 1),
            ("Recent popups", 1),
            ("Journeys", 1),
        ]
        ((_, moments),) = story.content["days"]
        assert [moment.words for moment in moments] == [
            "purchase",
            "The browser subscribed to push",
            "Came to the site",
        ]

    def test_it_hides_what_the_user_may_not_see(self, client):
        rows = a_house(1)
        login(client, "Marketer")

        page = client.get(address(Site, "change", rows[Site]))

        shown = [panel.title for panel in page.context["panels_below"]]
        assert shown == ["Limits of pushes"]


@pytest.mark.django_db
class TestLogin:
    def test_it_leads_home_from_its_own_address(self, client):
        page = client.get("/admin/login/")

        assert '<input type="hidden" name="next" value="/admin/" form="login-form">' in (
            page.content.decode()
        )
