"""Where: devices, their sessions, their subscriptions and the keys that those were made with."""

from apps.devices.models.devices import Device, Session
from apps.devices.models.keys import VapidKey
from apps.devices.models.subscriptions import Subscription

__all__ = ["Device", "Session", "Subscription", "VapidKey"]
