import pytest

from apps.assets.models import Button
from tests.assets.lint.finding import found, looked_at
from tests.factories import a_push, a_site

pytestmark = pytest.mark.django_db


class TestAddresses:
    def test_http_on_a_site_of_https_is_found(self):
        site = a_site()
        push = a_push(site, url="http://shop.example/a", image="http://shop.example/b.png")
        for address in (push.url, push.image):
            kind = "image/png" if address == push.image else "text/html"
            looked_at(site, address, content_type=kind)

        assert found(push, without=()) == [
            (
                "error",
                "image",
                "Image: http:// on a site of https://; browsers refuse such a picture. Write "
                "https://.",
            ),
            (
                "warning",
                "url",
                "Click address: http:// on a site of https://; browsers warn of it. Write "
                "https://.",
            ),
        ]

    def test_a_site_of_http_may(self):
        site = a_site(home="http://localhost:8000/demo/")
        looked_at(site, "http://localhost:8000/a")

        assert found(a_push(site, url="/a"), without=()) == []

    @pytest.mark.parametrize(
        ("values", "level", "words"),
        [
            ({"verdict": "waiting"}, "hint", "not looked at yet; it is soon."),
            (
                {"verdict": "broken", "problem": "It answers with status 404."},
                "error",
                "broken. It answers with status 404.",
            ),
            (
                {"verdict": "not_checked", "problem": "It is a private address."},
                "hint",
                "not looked at. It is a private address.",
            ),
            (
                {"problem": "It redirects from https:// to http://."},
                "warning",
                "It redirects from https:// to http://.",
            ),
        ],
    )
    def test_it_says_what_was_found_there(self, values, level, words):
        site = a_site()
        looked_at(site, "https://shop.example/a", **values)

        assert found(a_push(site, url="/a"), without=()) == [
            (level, "url", f"Click address: {words}")
        ]

    def test_one_that_nobody_has_asked_for_waits(self):
        assert found(a_push(url="/a"), without=()) == [
            ("hint", "url", "Click address: not looked at yet; it is soon.")
        ]

    def test_one_with_tags_is_not_looked_at(self):
        assert found(a_push(url="/{{ event.slug }}"), without=()) == []

    def test_a_page_is_no_picture(self):
        site = a_site()
        looked_at(site, "https://shop.example/a")

        assert found(a_push(site, icon="/a")) == [
            ("error", "icon", "Icon: leads to text/html, not to a picture.")
        ]

    def test_buttons_and_variations_are_named(self):
        site = a_site()
        push = a_push(site)
        broken = {"verdict": "broken", "problem": "It answers with status 404."}
        Button.objects.create(asset=push, label="Go", url="/a")
        push.variations.create(name="German", status="active", content={"url": "/b"})
        looked_at(site, "https://shop.example/a", **broken)
        looked_at(site, "https://shop.example/b", **broken)

        assert found(push) == [
            ("error", "buttons", "Button 1, address: broken. It answers with status 404."),
            (
                "error",
                "variations",
                "“German”, click address: broken. It answers with status 404.",
            ),
        ]

    def test_nothing_to_click_leads_home(self):
        push = a_push()
        Button.objects.create(asset=push, label="Go")

        assert found(push, without=()) == [
            (
                "hint",
                "url",
                "Click address: empty, so a click opens the home page, https://shop.example/.",
            ),
            (
                "hint",
                "buttons",
                "Button 1: no address, so it opens the home page, https://shop.example/.",
            ),
        ]
