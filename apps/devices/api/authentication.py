"""Who speaks: the site by its public key, the browser by its device's secret."""

import secrets
import uuid
from typing import Any

from django.contrib.auth.models import AnonymousUser
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from apps.devices.models import Device
from apps.devices.sessions import hash_secret


class DeviceUnknown(AuthenticationFailed):
    default_detail = {
        "code": "device_unknown",
        "detail": "This device is not known here; open a session without one.",
    }


class DeviceAuthentication(BaseAuthentication):
    """`Authorization: Device <uid>:<secret>`; the device is `request.auth`."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, Device] | None:
        scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Device":
            return None
        uid, _, secret = credentials.partition(":")
        try:
            device = Device.objects.select_related("contact__site").get(uid=uuid.UUID(uid))
        except (ValueError, Device.DoesNotExist) as error:
            raise DeviceUnknown from error
        if not secrets.compare_digest(device.secret_hash, hash_secret(secret)):
            raise DeviceUnknown
        if device.contact.site.public_key != request.headers.get("X-Pushdesk-Site"):
            raise DeviceUnknown
        return AnonymousUser(), device

    def authenticate_header(self, request: Request) -> str:
        return "Device"


class DeviceAuthenticationScheme(OpenApiAuthenticationExtension):
    target_class = DeviceAuthentication
    name = "device"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Device <uid>:<secret>`, both from the first call of `sessions`.",
        }
