"""What is taken already: said at the field, whoever was first."""

import pytest
from django.db import transaction

from apps.accounts.models import Site
from apps.assets.models import AssetLabel, LabelTag, Push, Variation
from apps.segments.models import Segment
from tests.accounts.house import address, login
from tests.factories import a_push, a_site
from tests.races import Meanwhile, on_postgresql, wait_until_blocked

NO_VALUES = {"values-TOTAL_FORMS": "0", "values-INITIAL_FORMS": "0"}
NO_BUTTONS = {"buttons-TOTAL_FORMS": "0", "buttons-INITIAL_FORMS": "0"}
NO_ORIGINS = {"origins-TOTAL_FORMS": "0", "origins-INITIAL_FORMS": "0"}
PUSH = {"title": "Hi", "status": "draft", "direction": "auto", "ttl": "60", "urgency": "normal"}
SITE = {
    **{"home": "https://shop.example/", "vapid_subject": "mailto:web@shop.example"},
    **{"time_zone": "UTC", "default_language": "en", "identity_check": "off"},
}
# What else the form of each model is sent with, and what it says of a taken name.
FORMS = {
    Push: (
        {**PUSH, **NO_BUTTONS},
        "Another asset of this site has this resource name.",
    ),
    AssetLabel: ({}, "Another label of this site has this name."),
    LabelTag: ({"value": "10 %", **NO_VALUES}, "Another label tag of this site has this name."),
    Segment: ({"kind": "rule", "rule": ""}, "Another segment of this site has this name."),
}
MODELS = pytest.mark.parametrize("model", FORMS, ids=lambda model: model._meta.label_lower)


def a_row(model, site, name):
    more = {Push: {"title": "Hi"}, LabelTag: {"value": "5 %"}}.get(model, {})
    return model.objects.create(site=site, name=name, **more)


def errors(page):
    return page.context["adminform"].form.errors


@pytest.mark.django_db
class TestATakenName:
    @MODELS
    def test_it_is_refused_at_the_field_of_a_new_row(self, client, model):
        sent, words = FORMS[model]
        site = a_site()
        a_row(model, site, "sale")
        before = model.objects.count()
        login(client, "superuser")

        page = client.post(address(model, "add", None), {**sent, "site": site.pk, "name": "sale"})

        assert errors(page) == {"name": [words]}
        assert model.objects.count() == before

    @MODELS
    def test_it_is_refused_at_the_field_of_a_stored_row(self, client, model):
        sent, words = FORMS[model]
        site = a_site()
        a_row(model, site, "sale")
        other = a_row(model, site, "spring")
        login(client, "superuser")

        page = client.post(address(model, "change", other), {**sent, "name": "sale"})

        assert errors(page) == {"name": [words]}
        assert page.context["adminform"].form["name"].value() == "sale"
        assert model.objects.get(pk=other.pk).name == "spring"

    @MODELS
    def test_a_row_keeps_its_own_and_other_sites_have_theirs(self, client, model):
        sent, _ = FORMS[model]
        a_row(model, a_site(), "sale")
        row = a_row(model, a_site(), "sale")
        login(client, "superuser")

        answer = client.post(address(model, "change", row), {**sent, "name": "sale"})

        assert answer.status_code == 302


@pytest.mark.django_db
class TestATakenNameInAnInline:
    def test_it_is_refused_at_the_field_of_its_row(self, client):
        site = a_site()
        login(client, "superuser")
        row = {"origins-TOTAL_FORMS": "1", "origins-0-origin": "https://shop.example"}

        page = client.post(
            address(Site, "change", site), {**SITE, **NO_ORIGINS, **row, "name": "Renamed"}
        )

        (inline,) = page.context["inline_admin_formsets"]
        assert inline.formset.errors == [{"origin": ["This site has this origin already."]}]
        assert Site.objects.get(pk=site.pk).name != "Renamed"


@on_postgresql
@pytest.mark.django_db(transaction=True)
class TestTwoAtTheSameInstant:
    """The name is taken by a transaction that ends while the form of another is being stored."""

    def answer(self, client, take, url, sent):
        login(client, "superuser")
        pages = []
        with transaction.atomic():
            take()
            other = Meanwhile(lambda: pages.append(client.post(url, sent)))
            wait_until_blocked()
        other.ends()
        return pages[0]

    @MODELS
    def test_the_slower_is_told_at_the_field(self, client, model):
        sent, words = FORMS[model]
        site = a_site()

        page = self.answer(
            client,
            lambda: a_row(model, site, "sale"),
            address(model, "add", None),
            {**sent, "site": site.pk, "name": "sale"},
        )

        assert page.status_code == 200
        assert errors(page) == {"name": [words]}
        assert page.context["adminform"].form["name"].value() == "sale"
        assert model.objects.filter(name="sale").count() == 1

    @MODELS
    def test_a_stored_row_keeps_its_name(self, client, model):
        sent, words = FORMS[model]
        site = a_site()
        row = a_row(model, site, "spring")

        page = self.answer(
            client,
            lambda: a_row(model, site, "sale"),
            address(model, "change", row),
            {**sent, "name": "sale"},
        )

        assert errors(page) == {"name": [words]}
        assert model.objects.get(pk=row.pk).name == "spring"

    def test_of_variations_too(self, client):
        push = a_push()
        sent = {"name": "German", "status": "draft", "rule": "", **NO_BUTTONS}

        page = self.answer(
            client,
            lambda: Variation.objects.create(asset=push, name="German"),
            f"/admin/assets/variation/add/?asset={push.pk}",
            {**sent, **{f"same_{name}": "on" for name in Push.VARIED[1:]}, "title": "Hallo"},
        )

        assert errors(page) == {"name": ["Another variation of this asset has this name."]}
        assert page.context["adminform"].form["title"].value() == "Hallo"
        assert push.variations.count() == 1

    def test_of_sites_too(self, client):
        page = self.answer(
            client,
            lambda: a_site(name="Shop"),
            address(Site, "add", None),
            {**SITE, **NO_ORIGINS, "name": "Shop"},
        )

        assert errors(page) == {"name": ["Site with this Name already exists."]}
        assert Site.objects.count() == 1

    def test_what_was_said_of_the_first_time_is_taken_back(self, client):
        site = a_site()

        page = self.answer(
            client,
            Site.objects.get(pk=site.pk).delete,
            address(Segment, "add", None),
            {"site": site.pk, "name": "VIP", "kind": "rule", "rule": ""},
        )

        assert list(errors(page)) == ["site"]
        assert [str(message) for message in page.context["messages"]] == []
        assert not Segment.objects.exists()
