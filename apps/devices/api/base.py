"""What every view of the client API shares: the site, its origins, the throttle."""

from typing import Any

from rest_framework.exceptions import NotAuthenticated, PermissionDenied, ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.throttling import AnonRateThrottle

from apps.accounts import origins
from apps.accounts.api.base import TwiceView
from apps.accounts.api.parsing import StrictJSONParser
from apps.accounts.models import Site
from apps.devices.api.authentication import DeviceAuthentication
from apps.devices.models import Device


class ClientThrottle(AnonRateThrottle):
    """Per address, over all calls: many visitors of an office may share one."""

    scope = "client"


class OriginNotAllowed(PermissionDenied):
    default_detail = {
        "code": "origin_not_allowed",
        "detail": "This page's origin is not among the site's allowed origins; "
        "add it on the site's page in Pushdesk.",
    }


class ClientView(TwiceView):
    """A call of the script or the worker; `self.site` is known before the handler runs.

    Refuses with 400 an unknown public key, with 403 an origin that the site does not allow,
    with 401 a missing device where `needs_device` says so.
    """

    authentication_classes = [DeviceAuthentication]
    parser_classes = [StrictJSONParser]
    permission_classes = [AllowAny]
    throttle_classes = [ClientThrottle]
    needs_device = True
    site: Site

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.site = self._site(request)
        origin = request.headers.get("Origin")
        if origin and not origins.is_allowed(self.site, origin):
            raise OriginNotAllowed
        if self.needs_device and request.auth is None:
            raise NotAuthenticated("Send the device's id and secret.")

    @property
    def device(self) -> Device:
        return self.request.auth

    def _site(self, request: Request) -> Site:
        if request.auth is not None:
            return request.auth.contact.site
        key = request.headers.get("X-Pushdesk-Site", "")
        site = Site.objects.filter(public_key=key).first()
        if site is None:
            raise ValidationError({"detail": "No site has this public key (X-Pushdesk-Site)."})
        return site
