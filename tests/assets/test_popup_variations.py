import json

import pytest

from apps.assets.forms import PopupForm
from apps.assets.models import Button
from tests.assets.varied import (
    GERMAN,
    a_button,
    a_variation,
    no_buttons,
    page_of,
    variation_page,
)
from tests.factories import a_popup, a_user

pytestmark = pytest.mark.django_db

POPUP = ("title", "text", "image", "close_label", "direction", "language")


@pytest.fixture
def marketer(client):
    client.force_login(a_user("Marketer"))
    return client


def asking(number):
    buttons = {
        f"buttons-{at}-{name}": value
        for at in range(number)
        for name, value in (("label", "Yes"), ("action", "ask_permission"), ("position", at))
    }
    form = {"name": "German", "status": "draft", "rule": json.dumps(GERMAN)}
    same = {f"same_{name}": "on" for name in POPUP}
    return (
        no_buttons(**form, **same, has_own_buttons="on") | buttons | {"buttons-TOTAL_FORMS": number}
    )


def errors(page):
    return page.context["inline_admin_formsets"][0].formset.errors


class TestOwnButtons:
    def test_one_may_ask_for_permission(self, marketer):
        german = a_variation(a_popup(position="center"))

        answer = marketer.post(variation_page(german), asking(1))

        assert answer.url == page_of(german.asset)
        assert german.buttons.get().action == "ask_permission"

    def test_no_second_one_may_ask(self, marketer):
        german = a_variation(a_popup(position="center"))

        page = marketer.post(variation_page(german), asking(2))

        words = "One button asks for push permission already; a browser asks only once."
        assert errors(page) == [{}, {"action": [words]}]
        assert not Button.objects.filter(variation=german).exists()

    def test_none_may_ask_where_the_browser_does(self, marketer):
        german = a_variation(a_popup(position="top"))

        page = marketer.post(variation_page(german), asking(1))

        words = "The browser's own question appears at the top and must not be hidden: choose "
        words += "another position for the popup, or another action."
        assert errors(page) == [{"action": [words]}]
        assert not Button.objects.filter(variation=german).exists()


class TestPlace:
    def test_the_popup_stays_away_from_the_browsers_question(self):
        popup = a_popup(position="center", status="draft")
        a_button(popup, a_variation(popup, has_own_buttons=True), action="ask_permission")
        content = {**popup.own_content, "name": popup.name, "status": "draft"}
        form = PopupForm({**content, "position": "top"}, instance=popup)
        del form.fields["site"]

        assert list(form.errors) == ["position"]
        assert "A button of a variation asks for push permission" in form.errors["position"][0]

    def test_buttons_that_the_variation_does_not_have_are_none(self):
        popup = a_popup(position="center", status="draft")
        a_button(popup, a_variation(popup, has_own_buttons=False), action="ask_permission")
        content = {**popup.own_content, "name": popup.name, "status": "draft"}
        form = PopupForm({**content, "position": "top"}, instance=popup)
        del form.fields["site"]

        assert form.errors == {}
