import pytest

from apps.assets.forms import POSITIONS
from apps.assets.models import Button, Popup
from tests.factories import a_popup, a_site, a_user

URL = "/admin/assets/popup/add/?starter=blank"
ASK, CLOSE = "ask_permission", "close"


def buttons(*rows):
    form = {"buttons-TOTAL_FORMS": str(len(rows)), "buttons-INITIAL_FORMS": "0"}
    for number, row in enumerate(rows):
        values = {"label": f"B{number}", "position": str(number), **row}
        form |= {f"buttons-{number}-{name}": value for name, value in values.items()}
    return form


def a_form(site, *rows, **changes):
    return {
        "name": "News",
        "status": "draft",
        "site": str(site.pk),
        "title": "News",
        "layout": "box",
        "position": "center",
        "close_label": "Close",
        "direction": "auto",
        "delay": "0",
        "wait_hours": "72",
        **buttons(*rows),
        **changes,
    }


@pytest.fixture
def marketer(client, db):
    client.force_login(a_user("Marketer"))
    return client


@pytest.fixture
def refused(marketer):
    """Posts the form; returns the errors by field, and those of each button."""

    def post(*rows, **changes):
        answer = marketer.post(URL, a_form(a_site(), *rows, **changes))
        assert not Popup.objects.filter(name="News").exists()
        formset = answer.context["inline_admin_formsets"][0].formset
        return answer.context["adminform"].form.errors, formset.errors

    return post


class TestPlace:
    @pytest.mark.parametrize(
        ("layout", "position", "words"),
        [
            ("bar", "center", "A bar goes along the top or the bottom."),
            ("box", "bottom_left", "A box stands in the centre, at the top or at the bottom."),
            ("slide", "center", "A slide-in comes in at the bottom"),
        ],
    )
    def test_a_position_that_the_layout_cannot_have_is_explained(
        self, refused, layout, position, words
    ):
        errors, _ = refused(layout=layout, position=position)

        assert list(errors) == ["position"]
        assert errors["position"][0].startswith(words)

    def test_only_a_box_covers_the_screen_of_a_phone(self, refused):
        errors, _ = refused(layout="bar", position="top", is_full_screen_on_phones="on")

        assert list(errors) == ["is_full_screen_on_phones"]

    def test_what_is_offered_can_be_saved(self, marketer):
        site = a_site()
        pairs = [(layout, where) for layout, all_of in POSITIONS.items() for where in all_of]
        for layout, position in pairs:
            name = f"{layout} {position}"
            marketer.post(URL, a_form(site, name=name, layout=layout, position=position))

        stored = Popup.objects.filter(site=site).values_list("layout", "position")
        assert set(pairs) <= set(stored)


class TestColors:
    def test_what_is_hard_to_read_is_refused_at_the_field(self, refused):
        errors, _ = refused(
            background_color="#ffffff",
            text_color="#aaaaaa",
            button_color="#2450c8",
            button_text_color="#333333",
        )

        assert sorted(errors) == ["button_text_color", "text_color"]
        assert "2.3 to 1 on the background" in errors["text_color"][0]

    def test_what_is_no_colour_is_all_that_is_said(self, refused):
        errors, _ = refused(background_color="red", text_color="#aaaaaa")

        assert list(errors) == ["background_color"]


class TestPages:
    def test_each_wrong_line_is_named(self, refused):
        errors, _ = refused(pages="/sale/*\nsale\n!")

        assert [message[:7] for message in errors["pages"]] == ["Line 2:", "Line 3:"]

    def test_they_are_stored_without_the_space_around(self, marketer):
        marketer.post(URL, a_form(a_site(), pages=" /sale/* \r\n\r\n!/cart "))

        assert Popup.objects.get(name="News").pages == "/sale/*\n!/cart"


class TestButtons:
    def test_one_asks_for_permission(self, refused):
        _, rows = refused({"action": ASK}, {"action": CLOSE}, {"action": ASK})

        assert [list(errors) for errors in rows] == [[], [], ["action"]]
        assert "asks only once" in rows[2]["action"][0]

    def test_none_asks_from_where_the_browser_asks(self, refused):
        _, rows = refused({"action": ASK}, layout="bar", position="top")

        assert [list(errors) for errors in rows] == [["action"]]
        assert "must not be hidden" in rows[0]["action"][0]

    def test_one_that_is_removed_counts_for_nothing(self, marketer):
        popup = a_popup(position="center")
        for position in (0, 1):
            Button.objects.create(asset=popup, label="Yes", action=ASK, position=position)
        first, second = popup.buttons.all()
        form = a_form(
            popup.site,
            {"id": first.pk, "action": ASK, "DELETE": "on"},
            {"id": second.pk, "action": ASK},
            **{"name": popup.name, "buttons-INITIAL_FORMS": "2"},
        )

        marketer.post(f"/admin/assets/popup/{popup.pk}/change/", form)

        assert list(popup.buttons.values_list("pk", "label")) == [(second.pk, "B1")]

    def test_what_the_action_does_not_need_is_left_out_however_wrong(self, marketer):
        row = {"action": CLOSE, "url": "javascript:alert(1)", "event": "x"}

        marketer.post(URL, a_form(a_site(), row))

        button = Button.objects.get(asset__name="News")
        assert (button.url, button.event) == ("", "")
