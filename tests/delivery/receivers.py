"""Contacts who can be sent to, and asking for many of them at once."""

from typing import Any

from django.db.models import CharField, QuerySet, Value
from django.db.models.functions import Cast, Concat

from apps.accounts.models import Contact, Site
from apps.delivery.wanted import Selection
from apps.devices.models import Device
from tests.factories import a_device, a_subscription


def a_receiver(site: Site, **values: Any) -> Contact:
    """A contact with a device that can be sent to."""
    contact = a_subscription(a_device(site, "allowed")).device.contact
    for name, value in values.items():
        setattr(contact, name, value)
    contact.save()
    return contact


def a_device_of(contact: Contact, **values: Any) -> Device:
    """Another device of the contact that can be sent to."""
    device = a_device(contact.site, "allowed")
    for name, value in {"contact": contact, **values}.items():
        setattr(device, name, value)
    device.save()
    a_subscription(device)
    return device


def selected(rows: QuerySet[Any], **values: Any) -> Selection:
    """One message for each of `rows`, by their ids."""
    key = Concat(Value("test:"), Cast("pk", CharField()))
    return Selection(rows=rows, **{"key": key, **values})
