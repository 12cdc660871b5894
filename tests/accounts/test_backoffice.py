"""Opens every page of the back office, as each role, and counts what its lists cost."""

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_q.models import Failure, OrmQ, Schedule, Success

from apps.accounts.backoffice import add_navigation
from apps.accounts.models import Contact, Event, Role, Site, User
from apps.assets.models import Asset, Button, LabelTag, Popup, Push
from apps.delivery import models as delivery
from apps.devices.models import Device, Session, Subscription
from apps.journeys import templates
from apps.journeys.models import Enrolment, Journey
from apps.segments.models import Segment
from tests.factories import (
    a_device,
    a_live_journey,
    a_popup,
    a_push,
    a_segment,
    a_site,
    a_subscription,
    a_user,
    an_event,
)

TRAFFIC = {Contact, Device, Event, delivery.Push, delivery.Popup, OrmQ, Success, Failure}
ALL, LOOK, NOTHING = "all", "look", "nothing"
MARKETER = {Asset: ALL, Push: ALL, Popup: ALL, LabelTag: ALL, Journey: ALL, Segment: ALL}
SEEN_BY_ALL = {Contact, Device, Event, Site, delivery.Push, delivery.Popup}
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
PAGES = ["changelist", "add", "change", "history", "delete"]


def a_house(number):
    """A row of every model that the back office shows; returns one of each."""
    site = a_site()
    subscription = a_subscription(a_device(site, "allowed"))
    device, contact = subscription.device, subscription.device.contact
    push, popup = a_push(site), a_popup(site)
    Button.objects.create(asset=push, label="Show me")
    LabelTag.objects.create(site=site, name="discount", value="20 %")
    journey = a_live_journey(site)
    soon = timezone.now() + timezone.timedelta(days=1)
    Enrolment.objects.create(
        journey=journey,
        version=journey.live_version,
        contact=contact,
        step=journey.live_version.steps.first(),
        number=1,
    )
    task = {"func": "apps.x", "started": timezone.now(), "stopped": timezone.now()}
    return {
        Site: site,
        User: a_user("Marketer"),
        Role: Role.objects.create(name=f"Role {number}"),
        Contact: contact,
        Event: an_event(contact),
        Device: device,
        Segment: a_segment(site),
        Asset: push,
        Push: push,
        Popup: popup,
        LabelTag: LabelTag.objects.get(site=site),
        Journey: Journey.objects.create(site=site, name="Draft"),
        delivery.Push: delivery.Push.objects.create(
            key="k", contact=contact, device=device, asset=push, expires_at=soon
        ),
        delivery.Popup: delivery.Popup.objects.create(
            key=f"k{number}", contact=contact, device=device, asset=popup, expires_at=soon
        ),
        OrmQ: OrmQ.objects.create(key="pushdesk", payload=""),
        Schedule: Schedule.objects.create(name=f"S{number}", func="apps.x"),
        Success: Success.objects.create(id=f"s{number}", name="t", success=True, **task),
        Failure: Failure.objects.create(
            id=f"f{number}", name="t", success=False, result="no", **task
        ),
    }


def address(model, page, row):
    args = [] if page in ("changelist", "add") else [row.pk]
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def may(role, model):
    if role == "superuser":
        return LOOK if model in TRAFFIC else ALL
    if role == "Marketer" and model in MARKETER:
        return ALL
    if model in SEEN_BY_ALL or (role == "Analyst" and model in MARKETER):
        return LOOK
    return NOTHING


def expected(role, model, page):
    allowed = may(role, model)
    if model is Site and page == "delete":
        return 403
    if role == "superuser" and page == "delete" and model in (OrmQ, Success, Failure):
        return 200
    if role == "superuser" and page == "change" and model is OrmQ:
        return 200
    if page in ("changelist", "change", "history"):
        return 403 if allowed == NOTHING else 200
    return 200 if allowed == ALL else 403


def login(client, role):
    client.force_login(a_user(is_superuser=True) if role == "superuser" else a_user(role))


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

        with CaptureQueriesContext(connection, ) as one:
            client.get(address(model, page, rows[model]), follow=True)
        a_house(2)
        a_house(3)
        with CaptureQueriesContext(connection) as three:
            client.get(address(model, page, rows[model]), follow=True)

        assert len(three) == len(one), "\n".join(query["sql"] for query in three)
