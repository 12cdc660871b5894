"""Opens every page of the back office, as each role, and counts what its lists cost."""

import re

import pytest
from django.contrib import admin
from django.db import connection
from django.db.models import Choices
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_q.models import Failure, OrmQ, Success

from apps.accounts.models import (
    ApiKey,
    AuditEntry,
    Contact,
    Event,
    IdentitySecret,
    Import,
    Property,
    PushStatus,
    Site,
)
from apps.assets.models import Asset, AssetLabel, Image, LabelTag, Popup, Push, Variation
from apps.delivery import models as delivery
from apps.devices.models import Device, VapidKey
from apps.journeys.models import Journey, SigningSecret
from apps.segments.models import Segment
from tests.accounts.house import a_house, address, login
from tests.factories import a_contact, a_site

# Made and given up by dialogs of their site's page, so never written in a form.
KEPT = {IdentitySecret, SigningSecret, VapidKey}
MESSAGES = {delivery.Push, delivery.Popup}
TRAFFIC = {Contact, Device, Event, AuditEntry, *MESSAGES, OrmQ, Success, Failure}
ALL, LOOK, CORRECT, NOTHING = "all", "look", "correct", "nothing"
WORKSHOP = {Asset, AssetLabel, Push, Popup, Variation, Image, LabelTag}
MARKETER = dict.fromkeys({*WORKSHOP, Journey, Segment}, ALL)
SEEN_BY_ALL = {Contact, Device, Event, Site, delivery.Limits, *MESSAGES}
NEVER_DELETED = {Site, ApiKey, delivery.Limits}
MARKETER_ALONE = {Import: ALL}
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
PAGES = ["changelist", "add", "change", "history", "delete"]


def may(role, model):
    if model is Property:
        return LOOK if role == "Analyst" else CORRECT
    if role == "superuser":
        return LOOK if model in TRAFFIC | KEPT else ALL
    if role == "Marketer" and model in {**MARKETER, **MARKETER_ALONE}:
        return ALL
    if model in SEEN_BY_ALL or (role == "Analyst" and model in MARKETER):
        return LOOK
    return NOTHING


def expected(role, model, page):
    allowed = may(role, model)
    if model in NEVER_DELETED and page == "delete":
        return 403
    if role == "superuser" and page == "delete" and model in (OrmQ, Success, Failure):
        return 200
    if role == "superuser" and page == "delete" and model is Property:
        return 200
    if role == "superuser" and page == "change" and model is OrmQ:
        return 200
    if page in ("changelist", "change", "history"):
        return 403 if allowed == NOTHING else 200
    return 200 if allowed == ALL else 403


@pytest.mark.django_db
class TestEveryPage:
    @pytest.mark.parametrize("role", ["superuser", "Marketer", "Analyst"])
    def test_it_opens_or_refuses(self, client, role):
        rows = a_house(1)
        login(client, role)

        answers = {
            (model._meta.label, page): client.get(
                address(model, page, rows[model]), follow=True
            ).status_code
            for model in MODELS
            for page in PAGES
        }

        assert answers == {
            (model._meta.label, page): expected(role, model, page)
            for model in MODELS
            for page in PAGES
        }

    @pytest.mark.parametrize("page", ["changelist", "change"])
    @pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label_lower)
    def test_it_costs_the_same_with_one_row_and_with_three(self, client, model, page):
        rows = a_house(1)
        login(client, "superuser")
        client.get(address(model, page, rows[model]), follow=True)

        with CaptureQueriesContext(
            connection,
        ) as one:
            client.get(address(model, page, rows[model]), follow=True)
        a_house(2)
        a_house(3)
        with CaptureQueriesContext(connection) as three:
            client.get(address(model, page, rows[model]), follow=True)

        assert len(three) == len(one), "\n".join(query["sql"] for query in three)

    @pytest.mark.parametrize("status", PushStatus)
    def test_it_shows_a_status_by_its_words(self, client, status):
        a_contact(a_site(), push_status=status)
        login(client, "superuser")

        page = client.get("/admin/accounts/contact/").content.decode()

        shown = re.search(r'class="field-status[^>]*>\s*<span[^>]*>\s*([^<]+?)\s*<', page)
        assert shown[1] == status.label

    @pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label_lower)
    def test_every_choice_of_a_coloured_column_has_an_entry(self, model):
        found = admin.site._registry[model]
        columns = [getattr(found, str(name), None) for name in found.list_display]
        entries = [getattr(column, "label", None) for column in columns]
        for colors in [entry for entry in entries if isinstance(entry, dict)]:
            kinds = {type(key) for key in colors if isinstance(key, Choices)}
            assert all(choice in colors for kind in kinds for choice in kind)

    @pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label_lower)
    def test_a_list_of_several_counts_them_in_the_plural(self, model):
        one, several = model._meta.verbose_name, model._meta.verbose_name_plural

        assert several in (f"{one}s", f"{one}es", f"{one[:-1]}ies")

    def test_it_writes_all_moments_the_same_way(self, client):
        seen = timezone.datetime(2026, 9, 2, 6, 49, tzinfo=timezone.get_default_timezone())
        contact = a_contact(a_site(), last_seen_at=seen)
        Contact.objects.update(created_at=seen)
        login(client, "superuser")

        lists = client.get("/admin/accounts/contact/").content.decode()
        page = client.get(f"/admin/accounts/contact/{contact.pk}/change/").content.decode()

        assert lists.count("2 September 2026, 06:49") == 1
        assert page.count("2 September 2026, 06:49") == 2

    @pytest.mark.parametrize("query", ["q=a%00", "push_status__exact=%00", "p=%00"])
    def test_it_refuses_what_no_column_holds(self, client, query):
        login(client, "superuser")

        assert client.get(f"/admin/accounts/contact/?{query}").status_code == 400


@pytest.mark.django_db
def test_a_number_that_no_key_can_be_is_a_page_that_is_not_there(administrator):
    answer = administrator.get(f"/admin/assets/push/{'9' * 23}/change/", follow=True)

    assert answer.redirect_chain[-1] == ("/admin/", 302)
    assert "doesn’t exist" in answer.content.decode()
