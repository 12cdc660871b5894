"""One row of every model that the back office shows, and the way to its pages."""

from django.urls import reverse
from django.utils import timezone
from django_q.models import Failure, OrmQ, Schedule, Success

from apps.accounts import audit
from apps.accounts.models import (
    ApiKey,
    AuditEntry,
    Contact,
    Event,
    IdentitySecret,
    Import,
    Property,
    Role,
    Site,
    User,
)
from apps.assets.models import (
    Asset,
    AssetLabel,
    Button,
    Image,
    LabelTag,
    LabelValue,
    Popup,
    Push,
    Variation,
)
from apps.delivery import models as delivery
from apps.devices.models import Device, VapidKey
from apps.journeys.models import Enrolment, Journey, SigningSecret
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
    an_api_key,
    an_event,
    an_image,
)


def a_house(number):
    """A row of every model that the back office shows; returns one of each."""
    site = a_site()
    subscription = a_subscription(a_device(site, "allowed"))
    device, contact = subscription.device, subscription.device.contact
    push, popup = a_push(site), a_popup(site)
    Button.objects.create(asset=push, label="Show me")
    journey = a_live_journey(site)
    soon = timezone.now() + timezone.timedelta(days=1)
    Enrolment.objects.create(
        journey=journey,
        version=journey.live_version,
        contact=contact,
        step=journey.live_version.steps.first(),
        number=1,
    )
    return {
        Site: site,
        User: a_user("Marketer"),
        Role: Role.objects.create(name=f"Role {number}"),
        Contact: contact,
        Event: an_event(contact),
        Property: Property.objects.create(site=site, name="city", type="text"),
        Device: device,
        Segment: a_segment(site),
        Asset: push,
        Push: push,
        Popup: popup,
        Variation: Variation.objects.create(asset=push, name="German", content={"title": "Hallo"}),
        Journey: Journey.objects.create(site=site, name="Draft"),
        delivery.Push: delivery.Push.objects.create(
            key="k", contact=contact, device=device, asset=push, expires_at=soon
        ),
        delivery.Popup: delivery.Popup.objects.create(
            key=f"k{number}", contact=contact, device=device, asset=popup, expires_at=soon
        ),
        delivery.Limits: delivery.Limits.objects.create(site=site),
        **rows_of_site(site),
        **queue_rows(number),
    }


def rows_of_site(site):
    label = LabelTag.objects.create(site=site, name="discount", value="20 %")
    LabelValue.objects.create(label=label, value="10 %")
    return {
        LabelTag: label,
        AssetLabel: AssetLabel.objects.create(site=site, name="Sale"),
        Image: an_image(site),
        IdentitySecret: IdentitySecret.objects.create(site=site, secret="ids_x"),
        SigningSecret: SigningSecret.objects.create(site=site, secret="whsec_x"),
        VapidKey: site.vapid_keys.get(),
        ApiKey: an_api_key(site),
        AuditEntry: audit.note(audit.Action.CONTACT_EXPORTED, site=site, by="Test"),
        Import: Import.objects.create(
            site=site, kind="contacts", file_name="people.csv", format="csv", status="finished"
        ),
    }


def queue_rows(number):
    task = {"func": "apps.x", "started": timezone.now(), "stopped": timezone.now()}
    return {
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


def login(client, role):
    client.force_login(a_user(is_superuser=True) if role == "superuser" else a_user(role))
