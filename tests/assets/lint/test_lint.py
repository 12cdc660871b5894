from dataclasses import replace

import pytest

from apps.assets import drafts, lint
from apps.assets.audience import Crowd
from apps.assets.links.asking import digest
from apps.assets.lint import Finding, Level, Subject, registry
from apps.assets.models import Asset, Button, CheckedAddress, Image, Popup, Push
from apps.assets.rendering import load
from tests.assets.test_admin import a_form
from tests.assets.test_audience import CHROME, FIREFOX, IPHONE, a_browser
from tests.factories import a_contact, a_popup, a_push, a_segment, a_site

pytestmark = pytest.mark.django_db


def subject_of(asset, segment=None):
    source = load(type(asset), [asset.pk])[asset.pk][1]
    crowd = Crowd.of(source.site, segment, is_reachable=isinstance(asset, Push))
    return Subject(source=source, crowd=crowd, asset=asset)


def found(asset, *, without=("url",), **options):
    """What is found, without the hint about the empty click address that most have."""
    rows = lint.findings(subject_of(asset, **options))
    return [(row.level.value, row.field, row.message) for row in rows if row.field not in without]


def looked_at(site, address, **values):
    values = {"verdict": "found", "content_type": "text/html", **values}
    return CheckedAddress.objects.create(
        site=site, address=address, digest=digest(address), **values
    )


class TestRegistry:
    def test_the_worst_comes_first_and_each_once(self, monkeypatch):
        monkeypatch.setattr(registry, "_checks", [])

        @lint.register(Push)
        def check(subject):
            hint = Finding(level=Level.HINT, field="title", message="b")
            return [hint, hint, Finding(level=Level.ERROR, field="title", message="a")]

        @lint.register(Popup)
        def other(subject):
            raise AssertionError

        assert found(a_push()) == [("error", "title", "a"), ("hint", "title", "b")]

    def test_a_good_push_has_nothing_to_be_said(self):
        site = a_site()
        looked_at(site, "https://shop.example/sale")

        assert found(a_push(site, url="/sale"), without=()) == []

    def test_what_the_form_says_is_said_too(self):
        push = a_push()
        draft = drafts.read(
            Push, {**a_form(push.site, title="{{", url="nowhere"), **BUTTON}, asset=push
        )
        subject = replace(subject_of(push), source=draft.source, errors=draft.errors)

        rows = [(row.field, row.message) for row in lint.findings(subject) if row.level == "error"]

        assert rows == [
            (
                "title",
                "Title: This tag is not right: expected '}}', found end of file "
                "(line 1, character 1)",
            ),
            ("url", "Click address: Write https://… or a path on the site that begins with /."),
            (
                "buttons-0-url",
                "A button, address: Write https://… or a path on the site that begins with /.",
            ),
        ]

    def test_a_segment_that_cannot_be_asked_is_said_and_the_rest_is_checked(self):
        site = a_site()
        segment = a_segment(site, rule={"field": "state.gone", "op": "is", "value": 1})
        push = a_push(site, title="AN OFFER FOR EVERYBODY")

        assert found(push, segment=segment) == [
            ("hint", "title", "Title: all in capitals reads as shouting."),
            ("hint", "", registry.BROKEN),
        ]


BUTTON = {
    "buttons-TOTAL_FORMS": "1",
    "buttons-INITIAL_FORMS": "0",
    "buttons-0-label": "Go",
    "buttons-0-url": "nowhere",
    "buttons-0-position": "0",
}


class TestTexts:
    @pytest.mark.parametrize("title", ["BIG SALE TODAY", "ALLES MUSS RAUS {{ state.x | hey }}"])
    def test_shouting_is_a_hint(self, title):
        assert found(a_push(title=title)) == [
            ("hint", "title", "Title: all in capitals reads as shouting.")
        ]

    @pytest.mark.parametrize("title", ["🎉🎉", "!!!"])
    def test_a_title_without_a_word_is_a_hint(self, title):
        assert found(a_popup(title=title)) == [
            ("hint", "title", "Title: no word in it; a screen reader has little to say.")
        ]

    @pytest.mark.parametrize(
        "title", ["SALE", "Big sale", "{{ state.x | hey }}", "今日はセール", "50"]
    )
    def test_others_are_fine(self, title):
        assert found(a_push(title=title)) == []

    def test_a_long_title_is_cut_for_some(self):
        site = a_site()
        for kind in (CHROME, CHROME, CHROME, IPHONE):
            a_browser(site, kind)

        assert found(a_push(site, title="x" * 60)) == [
            (
                "warning",
                "title",
                "Title: up to 60 characters, cut off after 50 on Safari on iOS (25 % of the "
                "browsers).",
            )
        ]

    def test_a_title_that_is_long_for_nobody_who_is_there_is_fine(self):
        site = a_site()
        a_browser(site, CHROME)

        assert found(a_push(site, title="x" * 60, message="y" * 140)) == []

    def test_where_nobody_is_yet_all_are_named(self):
        assert found(a_push(title="x" * 52)) == [
            (
                "warning",
                "title",
                "Title: up to 52 characters, cut off after 43 on Chrome on macOS, 40 on Chrome "
                "on Android, 40 on Firefox on Android, 49 on Safari on macOS, 50 on Safari on "
                "iOS.",
            )
        ]

    def test_it_is_the_length_with_the_tags_filled(self):
        site = a_site()
        device = a_browser(site, IPHONE)
        device.contact.refresh_from_db()
        device.contact.state = {"name": "x" * 60}
        device.contact.save()
        push = a_push(site, message="y" * 179)
        push.variations.create(name="All", status="active", content={"title": "{{ state.name }}"})

        assert found(push) == [
            (
                "warning",
                "variations",
                "“All”, title: up to 60 characters, cut off after 50 on Safari on iOS (100 % of "
                "the browsers).",
            ),
            (
                "hint",
                "message",
                "Message: up to 179 characters, cut off after 178 on Safari on iOS (100 % of the "
                "browsers).",
            ),
        ]

    def test_a_tag_that_is_empty_for_some_asks_for_a_fallback(self):
        site = a_site()
        a_contact(site, is_reachable=True, state={"first_name": "Anna"})
        a_contact(site, is_reachable=True)

        assert found(a_push(site, title="Hi {{ state.first_name }}")) == [
            (
                "warning",
                "title",
                "Title: {{ state.first_name }} is empty for 50 % of those who can be reached: add "
                "a fallback, for example {{ state.first_name | my friend }}.",
            )
        ]

    def test_for_a_popup_everybody_counts(self):
        site = a_site()
        a_contact(site)

        assert found(a_popup(site, text="Hi {{ state.first_name }}")) == [
            (
                "warning",
                "text",
                "Text: {{ state.first_name }} is empty for 100 % of all contacts: add a "
                "fallback, for example {{ state.first_name | my friend }}.",
            )
        ]

    def test_what_cannot_be_filled_is_an_error(self):
        site = a_site()
        a_contact(site, is_reachable=True, state={"price": 0})

        assert found(a_push(site, message="{{ 10 | divided_by: state.price }}")) == [
            (
                "error",
                "message",
                "Message: its tags cannot be filled for 100 % of those who can be reached, who "
                "get nothing.",
            )
        ]


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


class TestPictures:
    @pytest.mark.parametrize(
        ("name", "width", "height", "size", "words"),
        [
            ("icon", 192, 192, 9000, None),
            ("image", 720, 360, 9000, None),
            ("badge", 96, 96, 9000, None),
            (
                "icon", 300, 100, 9000,
                "Icon: its shape does not fit, so it is cropped: 300 × 100 pixels; best is "
                "square, 192 px.",
            ),
            (
                "icon", 48, 48, 9000,
                "Icon: small, so it is blurred: 48 × 48 pixels; best is square, 192 px.",
            ),
            (
                "image", 400, 800, 9000,
                "Image: its shape does not fit, so it is cropped: 400 × 800 pixels; best is "
                "2:1, 720 px wide.",
            ),
            (
                "image", 720, 360, 2_500_000,
                "Image: 2.5 MB load slowly; keep it below 1 MB.",
            ),
            ("image", None, None, None, None),
        ],
    )  # fmt: skip
    def test_what_was_found_elsewhere_is_judged(self, name, width, height, size, words):
        site = a_site()
        address = "https://shop.example/a.png"
        looked_at(site, address, content_type="image/png", width=width, height=height, size=size)

        rows = found(a_push(site, **{name: address}))

        assert rows == ([("warning", name, words)] if words else [])

    def test_one_of_the_library_is_known_by_its_file(self):
        site, other = a_site(), a_site()
        values = {"name": "b.png", "width": 100, "height": 400, "size": 10}
        for owner in (site, other):
            Image.objects.create(
                site=owner, file="images/7/abc.png", digest=f"{owner.pk}", **values
            )
        address = "https://desk.example/media/images/7/abc.png"
        looked_at(site, address, content_type="image/png")

        assert found(a_push(site, image=address)) == [
            (
                "warning",
                "image",
                "Image: its shape does not fit, so it is cropped: 100 × 400 pixels; best is 2:1, "
                "720 px wide.",
            )
        ]


class TestParts:
    def test_variations_that_are_all_drafts_are_found(self):
        push = a_push()
        for name in ("French", "German"):
            push.variations.create(name=name)

        assert found(push) == [
            (
                "warning",
                "variations",
                "No variation is active: “French”, “German” are drafts, so everybody gets the "
                "default content.",
            )
        ]

    def test_one_active_variation_is_enough(self):
        push = a_push()
        push.variations.create(name="German", status="active", content={"title": "Hallo"})
        push.variations.create(name="French")

        assert found(push) == []

    def test_a_third_button_is_seen_by_nobody(self):
        push = a_push()
        for number in range(3):
            Button.objects.create(asset=push, label=f"B{number}", url="/{{ event.x }}")

        assert found(push) == [
            ("warning", "buttons", "3 buttons, and no browser shows more than 2.")
        ]

    def test_a_popup_shows_three(self):
        popup = a_popup()
        for number in range(3):
            Button.objects.create(asset=popup, label=f"B{number}", action="close")

        assert found(popup) == []

    def test_a_variation_of_a_popup_may_open_nothing(self):
        popup = a_popup()
        row = popup.variations.create(name="German", status="active", has_own_buttons=True)
        Button.objects.create(asset=popup, variation=row, label="Los")

        assert found(popup) == [
            ("error", "variations", "“German”, button 1: opens an address, and has none.")
        ]


class TestSizes:
    def test_what_does_not_fit_is_an_error(self):
        site = a_site()
        a_contact(site, is_reachable=True, state={"text": "x" * 5000})
        a_contact(site, is_reachable=True, state={"text": "x"})

        assert found(a_push(site, message="{{ state.text }}"))[0] == (
            "error",
            "",
            "too large for 50 % of those who get it, even with all pictures left out: it cannot "
            "be sent. At most 3,993 bytes go into a push.",
        )

    def test_what_is_left_out_is_a_warning(self):
        site = a_site()
        a_contact(site, is_reachable=True, state={"text": "x" * 3000})
        image = "https://cdn.example/" + "i" * 900
        looked_at(site, image, content_type="image/png")
        a_browser(site, FIREFOX)

        rows = found(a_push(site, message="{{ state.text | default: 'x' }}", image=image))

        assert ("warning", "", "too large for 50 % of those who get it; left out at sending: "
                "image.") in rows  # fmt: skip


def test_kinds_of_assets_are_all_checked():
    assert {kind for kind, _ in registry._checks} <= {Asset, Push, Popup}
