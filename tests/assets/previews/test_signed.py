import pytest
from django.core import signing
from django.utils import timezone

from apps.assets import rendering
from apps.assets.models import Button, Popup, Variation
from apps.assets.previews import showing, signed
from apps.assets.previews.signed import Refused
from apps.segments.counting import TooSlow
from tests.factories import a_contact, a_popup, a_site

pytestmark = pytest.mark.django_db

PAGE = "https://shop.example/sale?a=1"


@pytest.fixture
def popup():
    popup = a_popup(title="Hello {{ state.first_name }}", status="draft", pages="/nowhere")
    Button.objects.create(asset=popup, label="Show", action="open", url="/sale")
    Button.objects.create(asset=popup, label="Yes", action="ask_permission", position=1)
    Button.objects.create(asset=popup, label="Count", action="track", event="seen", position=2)
    return popup


def token_of(link):
    return link.partition(signed.MARK)[2]


def opened(popup, site=None, **choice):
    link = signed.link(popup, PAGE, **choice)
    return signed.opened(token_of(link), site or popup.site)


def a_variation(popup, **values):
    return Variation.objects.create(
        asset=popup, name="German", content={"title": "Hallo {{ state.first_name }}"}, **values
    )


class TestLink:
    def test_it_marks_the_page(self, popup):
        link = signed.link(popup, f"{PAGE}#reviews")

        assert link.startswith(f"{PAGE}#pushdesk-preview=")

    def test_it_shows_a_draft_with_made_up_values_and_marked(self, popup):
        shown = opened(popup)

        assert (shown["title"], shown["preview"], "id" in shown) == ("Hello Anna", "Preview", False)
        assert [button["does"] for button in shown["buttons"]] == [
            "Preview: opens https://shop.example/sale",
            "Preview: here the browser asks for permission",
            "Preview: tracks the event “seen”",
        ]

    def test_it_fills_the_tags_as_the_contact(self, popup):
        contact = a_contact(popup.site, state={"first_name": "Bo"})

        assert opened(popup, contact=contact)["title"] == "Hello Bo"

    def test_it_shows_the_variation_that_was_chosen_draft_or_not(self, popup):
        variation = a_variation(popup)

        assert opened(popup, variation=variation.pk)["title"] == "Hallo Anna"
        assert opened(popup, variation=signed.DEFAULT)["title"] == "Hello Anna"

    def test_it_shows_the_variation_that_the_contact_meets(self, popup):
        rule = {"all": [{"field": "external_id", "op": "is", "value": "bo"}]}
        a_variation(popup, rule=rule, status="active")
        bo = a_contact(popup.site, external_id="bo", state={"first_name": "Bo"})
        di = a_contact(popup.site, external_id="di", state={"first_name": "Di"})

        titles = [opened(popup, contact=each)["title"] for each in (bo, di)]

        assert titles == ["Hallo Bo", "Hello Di"]
        assert opened(popup, contact=bo, variation=signed.DEFAULT)["title"] == "Hello Bo"

    def test_somebody_made_up_meets_rules_too(self, popup):
        a_variation(popup, rule={"field": "language", "op": "is", "value": "en"}, status="active")

        assert opened(popup)["title"] == "Hallo Anna"
        assert opened(popup, variation=signed.DEFAULT)["title"] == "Hello Anna"

    def test_it_is_good_for_an_hour(self, popup, monkeypatch):
        link = signed.link(popup, PAGE)
        monkeypatch.setattr(signed, "LASTS", timezone.timedelta(seconds=-1))

        with pytest.raises(Refused, match="good for an hour"):
            signed.opened(token_of(link), popup.site)

    @pytest.mark.parametrize(
        "token",
        ["", "x", "a:b:c", pytest.param(signing.dumps({"popup": 1}, salt="other"), id="another's")],
    )
    def test_it_takes_nothing_that_was_not_signed_for_it(self, popup, token):
        with pytest.raises(Refused, match="not whole"):
            signed.opened(token, popup.site)

    def test_it_is_for_one_site(self, popup):
        with pytest.raises(Refused, match="another site"):
            opened(popup, site=a_site())

    def test_it_says_what_is_gone(self, popup):
        variation = a_variation(popup)
        contact = a_contact(popup.site)
        of_variation = signed.link(popup, PAGE, variation=variation.pk)
        of_contact = signed.link(popup, PAGE, contact=contact)
        variation.delete()
        contact.delete()

        for link, words in ((of_variation, "variation"), (of_contact, "contact")):
            with pytest.raises(Refused, match=words):
                signed.opened(token_of(link), popup.site)


class TestRendered:
    def test_what_cannot_be_filled_is_refused(self):
        content = {**Popup(title="{{ state.name | divided_by: 0 }}").own_content, "buttons": []}
        source = rendering.Source(kind=Popup, site=a_site(), content=content)

        with pytest.raises(Refused, match="cannot be filled"):
            signed.rendered(source)

    def test_what_takes_too_long_is_refused(self, popup, monkeypatch):
        def too_slow(*args, **options):
            raise TooSlow

        monkeypatch.setattr(showing, "at_most", too_slow)

        with pytest.raises(Refused, match="takes too long"):
            opened(popup)
