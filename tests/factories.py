"""Rows to begin a test with: plain functions, real verbs where the house has one."""

import base64
import io
import itertools
import os
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.core.files import File
from django.test import override_settings

from apps.accounts import api_keys, events, sites
from apps.accounts.imports import kinds, running, steering
from apps.accounts.models import (
    ApiKey,
    Contact,
    Event,
    EventName,
    Import,
    Property,
    PushStatus,
    Role,
    Site,
    User,
)
from apps.assets import models as assets
from apps.devices import keys, sessions, subscriptions
from apps.devices.models import Device, Subscription
from apps.devices.user_agents import read
from apps.journeys import publishing, templates
from apps.journeys.models import Journey
from apps.segments.models import Segment

_numbers = itertools.count(1)

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0"
CHROME = (
    "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/156.0.0.0 Mobile Safari/537.36"
)
ORIGIN = "https://shop.example"
_JOURNEY = "apps.journeys.templates.create_for_site"
_SETUP_WITHOUT_JOURNEY = [path for path in settings.SITE_SETUP if path != _JOURNEY]


def a_site(**changes: Any) -> Site:
    """A site with its keys, without the draft journey that few tests have a use for. Not for two
    threads at once: settings are the process's."""
    with override_settings(SITE_SETUP=_SETUP_WITHOUT_JOURNEY):
        return a_new_site(**changes)


def a_new_site(**changes: Any) -> Site:
    """A site as its owner finds it: with the draft of the onboarding."""
    values = {
        "name": f"Shop {next(_numbers)}",
        "home": f"{ORIGIN}/",
        "origins": [ORIGIN],
        "vapid_subject": "mailto:web@shop.example",
        **changes,
    }
    return sites.create(**values)


def a_user(role: str = "", **values: Any) -> User:
    """A person of the back office, in one of the roles that every install has."""
    user = User.objects.create(username=f"user-{next(_numbers)}", is_staff=True, **values)
    if role:
        user.groups.add(Role.objects.get(name=role))
    return user


def a_token(site: Site, *scopes: str) -> str:
    """The token of a fresh API key of the site; one that may do everything unless told."""
    return api_keys.create(site, name="Shop", scopes=scopes or ApiKey.Scope.values, by="Test")[1]


def an_api_key(site: Site | None = None, *scopes: str) -> ApiKey:
    return api_keys.find(a_token(site or a_site(), *scopes))


def a_contact(site: Site | None = None, **values: Any) -> Contact:
    return Contact.objects.create(site=site or a_site(), **values)


def a_report(push_status: str = PushStatus.ASK, **changes: Any) -> sessions.Report:
    values = {"push_status": PushStatus(push_status), "browser": read(FIREFOX), "language": "de"}
    return sessions.Report(**{**values, "time_zone": "Europe/Berlin", **changes})


def a_device(site: Site | None = None, push_status: str = PushStatus.ASK) -> Device:
    """A device of a fresh anonymous contact with a running session."""
    return sessions.open_session(site or a_site(), None, a_report(push_status)).device


def browser_keys() -> tuple[ec.EllipticCurvePrivateKey, str, str]:
    """The private key that a browser keeps, and its p256dh and auth as it sends them."""
    private = ec.generate_private_key(ec.SECP256R1())
    point = private.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    return private, base64url(point), base64url(os.urandom(16))


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def a_new_subscription(site: Site, **changes: Any) -> subscriptions.NewSubscription:
    _, p256dh, auth = browser_keys()
    values = {
        "endpoint": f"https://updates.push.services.mozilla.com/wpush/v2/{next(_numbers)}",
        "p256dh": p256dh,
        "auth": auth,
        "vapid_key": keys.current(site).public_key,
        **changes,
    }
    return subscriptions.NewSubscription(**values)


def a_subscription(device: Device | None = None, **changes: Any) -> Subscription:
    """The live subscription of a device whose visitor has allowed push."""
    device = device or a_device(push_status=PushStatus.ALLOWED)
    return subscriptions.subscribe(device, a_new_subscription(device.contact.site, **changes))


def an_event(contact: Contact | None = None, name: str = "purchase", **properties: Any) -> Event:
    return events.track(contact or a_contact(), name, properties)


def a_property(site: Site, name: str, type: str = "text", event: str = "") -> Property:
    """A property that the site has been seen to use: of contacts, or of the event."""
    return Property.objects.create(
        site=site,
        name=name,
        type=type,
        event_name=EventName.objects.get_or_create(site=site, name=event)[0] if event else None,
    )


def a_push(site: Site | None = None, **values: Any) -> assets.Push:
    values = {"name": f"Push {next(_numbers)}", "title": "Hello", "status": "active", **values}
    return assets.Push.objects.create(site=site or a_site(), **values)


def a_popup(site: Site | None = None, **values: Any) -> assets.Popup:
    values = {"name": f"Popup {next(_numbers)}", "title": "Hello", "status": "active", **values}
    return assets.Popup.objects.create(site=site or a_site(), **values)


def an_image(site: Site | None = None, **values: Any) -> assets.Image:
    """The row of an image whose file nobody asks for."""
    digest = f"{next(_numbers):064x}"
    values = {
        "name": "sale.png",
        "digest": digest,
        "file": f"assets/{digest[:2]}/{digest}.png",
        **{"width": 720, "height": 360, "size": 9_000},
        **values,
    }
    return assets.Image.objects.create(site=site or a_site(), **values)


def a_segment(site: Site | None = None, **values: Any) -> Segment:
    return Segment.objects.create(
        site=site or a_site(), **{"name": f"Segment {next(_numbers)}", **values}
    )


def a_live_journey(site: Site | None = None) -> Journey:
    """The onboarding that a site comes with, published."""
    journey = an_onboarding(site)
    publishing.publish(journey)
    return journey


def an_onboarding(site: Site | None = None) -> Journey:
    """The draft that a site comes with."""
    site = site or a_site()
    draft = Journey.objects.filter(site=site, name=templates.ASK_FOR_PERMISSION).first()
    return draft or templates.create_for_site(site)


def a_file(text: str | bytes, name: str = "people.csv") -> File:
    """A file as somebody uploads it."""
    return File(io.BytesIO(text.encode() if isinstance(text, str) else text), name=name)


def an_import(text: str | bytes, *, kind: str = "contacts", site: Site | None = None,
              **options: Any) -> Import:  # fmt: skip
    """A file that has been uploaded and mapped by the names of its columns."""
    return steering.receive(kinds.find(kind), site or a_site(), a_file(text), options=options)


def brought_in(text: str | bytes, **values: Any) -> Import:
    """An import that has run to its end."""
    import_ = an_import(text, **values)
    assert steering.run(import_)
    running.drain()
    import_.refresh_from_db()
    return import_


def counts(import_: Import) -> dict[str, int]:
    names = ("created", "updated", "unchanged", "broken")
    return {name: getattr(import_, name) for name in names}
