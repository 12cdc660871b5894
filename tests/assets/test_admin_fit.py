import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_q.models import OrmQ

from apps.assets.models import Button, CheckedAddress
from tests.assets.test_admin import a_form
from tests.assets.test_audience import CHROME, FIREFOX, IPHONE, SAFARI, a_browser
from tests.factories import a_contact, a_popup, a_push, a_segment, a_site, a_user

pytestmark = pytest.mark.django_db

GERMAN = {"field": "language", "op": "is", "value": "de"}
AUDIENCE, CHECKS = "admin:assets_push_audience", "admin:assets_push_checks"
POPUP_CHECKS = "admin:assets_popup_checks"
ALL = (AUDIENCE, CHECKS, POPUP_CHECKS)


@pytest.fixture
def marketer(client):
    client.force_login(a_user("Marketer"))
    return client


@pytest.fixture
def analyst(client):
    client.force_login(a_user("Analyst"))
    return client


def a_popup_form(site, **changes):
    names = ("ttl", "urgency", "message", "data")
    form = {name: value for name, value in a_form(site).items() if name not in names}
    popup = {"layout": "box", "position": "center", "delay": "0", "wait_hours": "72"}
    return {**form, **popup, "close_label": "Close", **changes}


def words(answer):
    """What a person reads, one piece a line."""
    text = re.sub(r"<[^>]+>", "\n", answer.content.decode())
    return [line.strip() for line in text.splitlines() if line.strip()]


class TestAudience:
    def test_it_judges_the_form_as_it_stands(self, marketer):
        site = a_site()
        for kind in (CHROME, SAFARI, FIREFOX, FIREFOX):
            a_browser(site, kind)
        push = a_push(site)

        answer = marketer.post(
            f"{reverse(AUDIENCE)}?asset={push.pk}", a_form(site, image="https://shop.example/a.png")
        )

        said = words(answer)
        assert answer.status_code == 200
        assert "Of 4 browsers." in said
        assert "75 % will not see the image: Firefox, Safari" in said
        assert "Default content" in said
        push.refresh_from_db()
        assert push.image == ""

    def test_a_new_push_needs_only_its_site(self, marketer):
        site = a_site()
        a_browser(site, CHROME)

        said = words(marketer.post(reverse(AUDIENCE), a_form(site)))

        assert "Everybody sees all of it." in said
        assert words(marketer.post(reverse(AUDIENCE), {**a_form(site), "site": ""})) == [
            "Choose the site first."
        ]

    def test_the_stored_one_is_judged_where_nothing_is_posted(self, marketer):
        site = a_site()
        a_browser(site, SAFARI)
        push = a_push(site, image="/a.png")

        found = words(marketer.get(f"{reverse(AUDIENCE)}?asset={push.pk}"))

        assert "100 % will not see the image: Safari" in found
        assert words(marketer.get(reverse(AUDIENCE))) == ["Choose the site first."]

    def test_it_judges_for_the_segment_that_is_chosen(self, marketer):
        site = a_site()
        a_browser(site, CHROME, language="fr")
        a_browser(site, SAFARI)
        segment = a_segment(site, name="Germans", rule=GERMAN)
        a_segment(site, name="Old", status="archived")
        push = a_push(site, image="/a.png")

        form = a_form(site, image="/a.png", fit_segment=str(segment.pk))
        page = marketer.post(f"{reverse(AUDIENCE)}?asset={push.pk}", form).content.decode()

        assert "100 % will not see the image: Safari" in page
        assert f'<option value="{segment.pk}" selected>Germans</option>' in page
        assert "Old" not in page

    @pytest.mark.parametrize("chosen", ["x", "-1", "99999999", "9" * 30, "\x00"])
    def test_another_segment_is_none(self, marketer, chosen):
        push = a_push()
        a_segment(a_site())

        answer = marketer.post(
            f"{reverse(AUDIENCE)}?asset={push.pk}", a_form(push.site, fit_segment=chosen)
        )

        assert answer.status_code == 200
        assert "selected" not in answer.content.decode()

    def test_a_segment_that_cannot_be_asked_is_said(self, marketer):
        site = a_site()
        segment = a_segment(site, rule={"field": "state.gone", "op": "is", "value": 1})
        push = a_push(site)

        said = words(
            marketer.post(
                f"{reverse(AUDIENCE)}?asset={push.pk}", a_form(site, fit_segment=str(segment.pk))
            )
        )

        assert said[-1] == (
            "The rule of the chosen segment cannot be asked: what depends on it was not checked."
        )

    def test_it_weighs_each_variation(self, marketer):
        site = a_site()
        a_contact(site, is_reachable=True, language="de", state={"text": "x" * 3500})
        push = a_push(site, message="{{ state.text }}", data={"a": "b" * 500})
        push.variations.create(name="German", status="active", rule=GERMAN)

        said = words(marketer.get(f"{reverse(AUDIENCE)}?asset={push.pk}"))

        assert said[said.index("German") + 1] == "4,275 of 3,993 bytes"
        assert "Everywhere, for 100 %: left out at sending: data." in said
        assert said[said.index("Default content") + 2] == (
            "Nobody of them gets it now: filled for somebody of whom nothing is known."
        )

    def test_what_a_visitor_sent_is_text(self, marketer):
        site = a_site()
        a_browser(site, ("<b>x", "1", "<i>"))
        a_segment(site, name="<script>alert(1)</script>")
        push = a_push(site)

        page = marketer.get(f"{reverse(AUDIENCE)}?asset={push.pk}").content.decode()

        assert "<b>" not in page
        assert "<script>" not in page


class TestChecks:
    def test_each_finding_names_its_field(self, marketer):
        site = a_site()
        push = a_push(site)

        page = marketer.post(
            f"{reverse(CHECKS)}?asset={push.pk}", a_form(site, title="{{", message="x")
        ).content.decode()

        assert 'href="#id_title">Title: }} is missing' in page
        assert 'href="#id_url">Click address: empty' in page
        assert page.index("To be corrected") < page.index("Good to know")

    def test_an_untouched_new_push_has_no_mistakes(self, marketer):
        site = a_site()

        page = marketer.post(reverse(CHECKS), a_form(site, name="", title="", message=""))

        said = words(page)
        assert said[:4] == ["Still to be written", "2", "Resource name", "Title"]
        assert 'href="#id_title">Title</a>' in page.content.decode()
        assert "To be corrected" not in said

    def test_nothing_found_is_said(self, marketer):
        site = a_site()
        CheckedAddress.objects.create(site=site, address="x", digest="x")
        push = a_push(site, url="/{{ event.slug }}")

        assert words(marketer.get(f"{reverse(CHECKS)}?asset={push.pk}")) == [
            "Nothing found that should be looked at."
        ]

    def test_addresses_without_tags_are_asked_for(
        self, marketer, django_capture_on_commit_callbacks
    ):
        site = a_site()
        push = a_push(site)
        form = a_form(site, url="/sale", image="https://cdn.example/{{ event.slug }}.png")

        with django_capture_on_commit_callbacks(execute=True):
            marketer.post(f"{reverse(CHECKS)}?asset={push.pk}", form)

        assert list(CheckedAddress.objects.values_list("address", "verdict", "site")) == [
            ("https://shop.example/sale", "waiting", site.pk)
        ]
        assert OrmQ.objects.count() == 1

    def test_who_may_only_look_asks_for_nothing_and_is_told_so(self, analyst):
        site = a_site()
        push = a_push(site, url="/sale")

        answer = analyst.get(f"{reverse(CHECKS)}?asset={push.pk}")

        told = "not looked at lately; it is when somebody who may change it opens this page."
        assert f"Click address: {told}" in words(answer)
        assert not CheckedAddress.objects.exists()

    def test_a_popup_is_checked_for_all_contacts(self, marketer):
        site = a_site()
        a_contact(site)
        popup = a_popup(site)

        said = words(
            marketer.post(
                f"{reverse(POPUP_CHECKS)}?asset={popup.pk}",
                a_popup_form(site, title="Hi {{ state.language }}"),
            )
        )

        assert "all contacts" in said
        assert any("is empty for 100 % of all contacts" in line for line in said)

    def test_the_queries_do_not_grow(self, marketer):
        site = a_site()
        push = a_push(site, url="/sale")
        address = f"{reverse(CHECKS)}?asset={push.pk}"
        marketer.get(address)
        counts = []
        for number in (1, 2):
            for each in range(number):
                a_browser(site, IPHONE)
                a_segment(site)
                name = f"V{number}{each}"
                url = f"/{name}"
                push.variations.create(name=name, status="active", content={"url": url})
                Button.objects.create(asset=push, label=name, url=f"/b{name}")
            marketer.get(address)
            with CaptureQueriesContext(connection) as captured:
                marketer.get(address)
            counts.append(len(captured))

        assert counts[0] == counts[1]
