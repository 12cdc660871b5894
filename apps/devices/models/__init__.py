"""Where: devices, their sessions, their subscriptions and the keys that those were made with."""

from apps.devices.models.devices import Device, Session
from apps.devices.models.keys import VapidKey
from apps.devices.models.linked_browsers import LinkedBrowser
from apps.devices.models.subscriptions import Subscription

__all__ = ["Device", "LinkedBrowser", "Session", "Subscription", "VapidKey"]
