"""What a test is filled with, and which content it has."""

import pytest

from apps.accounts.models import Contact, Site
from apps.assets.models import LabelTag, Variation
from apps.delivery import testing
from apps.delivery.testing import Chosen, Draft
from apps.delivery.testing_form import TestForm
from tests.factories import a_push, a_site, a_user

pytestmark = pytest.mark.django_db

GERMAN = {"op": "is", "field": "language", "value": "de"}


@pytest.fixture
def site():
    return a_site()


class TestRender:
    @pytest.fixture
    def asset(self, site):
        asset = a_push(site, title="Hello")
        Variation.objects.create(
            asset=asset, name="German", status="active", rule=GERMAN, content={"title": "Hallo"}
        )
        Variation.objects.create(
            asset=asset, name="French", position=1, content={"title": "Bonjour"}
        )
        return asset

    def test_by_default_it_is_what_the_contact_would_get(self, site, asset):
        german = Contact.objects.create(site=site, language="de")
        english = Contact.objects.create(site=site, language="en")

        found = [testing.render(Draft(asset=asset, contact=who)) for who in (german, english)]

        assert [each.shown["title"] for each in found] == ["Hallo", "Hello"]
        assert [each.version and each.version.name for each in found] == ["German", None]

    @pytest.mark.parametrize(
        ("name", "title"), [(None, "Hello"), ("German", "Hallo"), ("French", "Bonjour")]
    )
    def test_any_may_be_chosen_drafts_too(self, name, title, site, asset):
        key = asset.variations.get(name=name).pk if name else None
        contact = Contact.objects.create(site=site, language="de")
        chosen = Chosen(key=key, is_forced=True)

        found = testing.render(Draft(asset=asset, contact=contact, chosen=chosen))

        assert found.shown["title"] == title
        assert (found.version and found.version.name) == name

    def test_somebody_made_up_is_filled_with_values_and_label_tags(self, site):
        LabelTag.objects.create(site=site, name="bonus", value="20 %")
        site.properties.create(name="total", type="number")
        title = "{{ label.bonus }} in {{ state.city }} of {{ state.total }} for {{ event.product }}"

        found = testing.render(Draft(asset=a_push(site, title=title), contact=None))

        assert found.shown["title"] == "20 % in Lisbon of 20 for Product"
        assert Contact.objects.count() == 0

    def test_an_event_that_was_written_is_not_made_up(self, site):
        asset = a_push(site, title="{{ event.product }} for {{ event.price }}")

        found = testing.render(Draft(asset=asset, contact=None, event={"price": 5}))

        assert found.shown["title"] == "Product for 5"

    @pytest.mark.parametrize(("language", "title"), [("de", "Hallo"), ("en", "Hello")])
    def test_somebody_made_up_meets_rules_as_anybody_does(self, site, asset, language, title):
        Site.objects.update(default_language=language)
        asset.refresh_from_db()

        found = testing.render(Draft(asset=asset, contact=None))

        assert found.shown["title"] == title

    @pytest.mark.parametrize(("name", "title"), [(None, "Hello"), ("French", "Bonjour")])
    def test_any_may_be_chosen_for_somebody_made_up(self, name, title, site, asset):
        key = asset.variations.get(name=name).pk if name else None

        found = testing.render(
            Draft(asset=asset, contact=None, chosen=Chosen(key=key, is_forced=True))
        )

        assert found.shown["title"] == title


class TestWhom:
    def whom(self, site):
        return TestForm(a_push(site), a_user(is_superuser=True)).contact

    def test_the_newest_contact_comes_first(self, site):
        Contact.objects.create(site=site, external_id="anna")
        newest = Contact.objects.create(site=site)
        Contact.objects.create(site=a_site())

        assert self.whom(site) == newest

    def test_a_site_without_contacts_has_none(self, site):
        Contact.objects.create(site=a_site())

        assert self.whom(site) is None
