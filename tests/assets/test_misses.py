import pytest

from apps.assets import cuts, samples
from apps.assets.audience import Crowd, devices, unknown_words
from apps.assets.misses import misses
from apps.assets.models import Button
from tests.assets.test_audience import (
    CHROME,
    FIREFOX,
    IPHONE,
    OLD_FIREFOX,
    SAFARI,
    a_crowd,
    source_of,
)
from tests.factories import a_push, a_site

pytestmark = pytest.mark.django_db


def said(push):
    source, crowd = source_of(push), Crowd.of(push.site)
    cut = cuts.of(source, samples.take(source, crowd))
    return [miss.sentence for miss in misses(source, devices(crowd), cut)]


class TestMisses:
    def test_it_says_who_will_not_see_the_image(self):
        site = a_site()
        a_crowd(site, CHROME, CHROME, CHROME, SAFARI, FIREFOX, FIREFOX)

        assert said(a_push(site, image="/a.png")) == [
            "50 % will not see the image: Firefox, Safari"
        ]

    def test_it_says_nothing_of_what_the_message_has_not(self):
        site = a_site()
        a_crowd(site, SAFARI, IPHONE)

        assert said(a_push(site)) == []

    def test_it_counts_buttons(self):
        site = a_site()
        a_crowd(site, CHROME, SAFARI, FIREFOX, OLD_FIREFOX)
        push = a_push(site)
        for number in range(3):
            Button.objects.create(asset=push, label=f"B{number}")

        assert said(push) == [
            "50 % see no buttons: Firefox before 152, Safari",
            "Buttons: 50 % see two of three: Chrome, Firefox since 152",
        ]

    def test_two_buttons_are_seen_whole(self):
        site = a_site()
        a_crowd(site, CHROME)
        push = a_push(site)
        for number in range(2):
            Button.objects.create(asset=push, label=f"B{number}")

        assert said(push) == []

    def test_it_names_the_system_where_the_browser_shows_it_on_others(self):
        site = a_site()
        a_crowd(site, CHROME, ("Chrome", "140", "macOS"))

        assert said(a_push(site, image="/a.png")) == [
            "50 % will not see the image: Chrome on macOS"
        ]

    def test_every_field_has_its_words(self):
        site = a_site()
        a_crowd(site, IPHONE)
        push = a_push(
            site,
            icon="/i.png",
            badge="/b.png",
            stay_on_screen=True,
            silent=True,
            replace_key="score",
            direction="rtl",
        )

        assert said(push) == [
            "100 % will see the icon of the site or the browser instead of yours: Safari",
            "100 % will not see the badge: Safari",
            "100 % will see it go away by itself: Safari",
            "100 % may hear a sound all the same: Safari",
            "100 % will see it beside the earlier one, not in its place: Safari",
        ]

    def test_it_says_where_only_a_variation_has_it(self):
        site = a_site()
        a_crowd(site, SAFARI)
        push = a_push(site)
        push.variations.create(name="German", status="active", content={"image": "/a.png"})
        push.variations.create(name="Draft", content={"icon": "/a.png"})

        assert said(push) == ["100 % will not see the image: Safari (only in “German”)"]

    def test_it_says_who_sees_a_text_cut_off(self):
        site = a_site()
        a_crowd(site, CHROME, CHROME, CHROME, SAFARI)
        push = a_push(site, title="x" * 50, message="y" * 139)

        assert said(push) == [
            "25 % will see the title cut off: Safari",
            "25 % will see the message cut off: Safari",
        ]

    def test_it_says_in_which_content_a_text_is_cut_off(self):
        site = a_site()
        a_crowd(site, SAFARI, IPHONE)
        push = a_push(site, message="y" * 150)
        push.variations.create(name="Long", status="active", content={"message": "y" * 179})
        push.variations.create(name="Same", position=1, status="active", content={"title": "Hi"})

        assert said(push) == [
            "100 % will see the message cut off: Safari (only in “Long”)",
            "50 % will see the message cut off: Safari on macOS (only in “Same”, the default "
            "content)",
        ]

    def test_nobody_misses_anything_where_nobody_is(self):
        assert said(a_push(a_site(), image="/a.png")) == []

    def test_unknown_browsers_are_counted_apart(self):
        site = a_site()
        a_crowd(site, CHROME, CHROME, CHROME, ("Lynx", "2", "Linux"))

        found = devices(Crowd.of(site))

        assert unknown_words(found) == "Not known here, and not counted: 25 % (Lynx)."
        assert misses(source_of(a_push(site, image="/a.png")), found, ()) == []
