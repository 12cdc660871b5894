import pytest

from apps.assets.models import Button
from tests.assets.lint.finding import found, looked_at
from tests.assets.test_audience import FIREFOX, a_browser
from tests.factories import a_contact, a_popup, a_push, a_site

pytestmark = pytest.mark.django_db


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
