import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.assets import offers
from apps.assets.models import LabelTag
from apps.assets.tags.language import environment
from tests.factories import a_contact, a_property, a_site, an_event

pytestmark = pytest.mark.django_db


def an_item(root, name, type, example="", path=None):
    path = path or f"{root}.{name}"
    return {"path": path, "name": name, "root": root, "type": type, "example": example}


def items(found, label):
    return next(group["items"] for group in found["groups"] if group["label"] == label)


@pytest.fixture
def site():
    site = a_site()
    a_property(site, "first_name")
    a_property(site, "shoe size", "number")
    LabelTag.objects.create(site=site, name="bonus", value="x" * 60)
    return site


class TestOfSite:
    def test_it_offers_what_the_site_knows_with_what_somebody_has(self, site):
        a_contact(site, state={"first_name": "Old", "shoe size": 42}, language="de")
        a_contact(site, state={"first_name": "Anna"})
        an_event(a_contact(site), "purchase", price=20)

        found = offers.of_site(site, with_examples=True)

        assert items(found, "State of the contact") == [
            an_item("state", "first_name", "Text", "Anna"),
            an_item("state", "shoe size", "Number", "42", 'state["shoe size"]'),
            an_item("state", "external_id", "the site's own id of the contact"),
            an_item("state", "language", "of the contact's browser", "de"),
            an_item("state", "time_zone", "of the contact's browser"),
            an_item("state", "push_status", "of the last session", "ask"),
        ]
        assert items(found, "Event that started the journey") == [
            an_item("event", "price", "Number", "20")
        ]
        assert items(found, "Label tags") == [
            an_item("label", "bonus", "Text of the site", f"{'x' * 39}…")
        ]

    def test_without_permission_it_tells_nothing_of_contacts(self, site):
        a_contact(site, state={"first_name": "Anna"}, language="de")

        found = offers.of_site(site, with_examples=False)

        assert {item["example"] for item in items(found, "State of the contact")} == {""}

    def test_it_asks_the_same_for_one_and_for_three(self, site):
        an_event(a_contact(site), "purchase", price=20)
        with CaptureQueriesContext(connection) as one:
            offers.of_site(site, with_examples=True)
        for name in ("review", "view"):
            an_event(a_contact(site, state={"a": 1}), name, stars=5)
        with CaptureQueriesContext(connection) as three:
            offers.of_site(site, with_examples=True)

        assert [query["sql"][:6] for query in three].count("SELECT") == 6
        assert len(three) == len(one)

    def test_every_filter_is_one_that_texts_know(self):
        names = {text.split(":")[0] for text, _, _ in offers.FILTERS}

        assert names <= set(environment.filters)
        assert all(select in text for text, select, _ in offers.FILTERS)
