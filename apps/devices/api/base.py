"""What every view of the client API shares: the site, its origins, the throttle."""

import logging
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, RequestDataTooBig
from django.db import IntegrityError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from rest_framework import serializers
from rest_framework.exceptions import NotAuthenticated, PermissionDenied, ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.throttling import AnonRateThrottle
from rest_framework.views import APIView

from apps.accounts import origins
from apps.accounts.models import Site
from apps.devices.api.authentication import DeviceAuthentication
from apps.devices.api.parsing import StrictJSONParser
from apps.devices.models import Device

TOO_LARGE = "The request is larger than anything that belongs here."

log = logging.getLogger(__name__)


class ClientThrottle(AnonRateThrottle):
    """Per address, over all calls: many visitors of an office may share one."""

    scope = "client"


class OriginNotAllowed(PermissionDenied):
    default_detail = {
        "code": "origin_not_allowed",
        "detail": "This page's origin is not among the site's allowed origins; "
        "add it on the site's page in Pushdesk.",
    }


class TwiceView(APIView):
    """Handles a call once more when two calls for one person got into each other's way.

    The database then refuses one of them (a deadlock, a row just made or merged away). A
    handler writes all it writes in one transaction, so nothing of the first try is left.
    """

    is_second_try = False

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            # Read now: the second time the stream would be at its end. It also bounds the size.
            _ = request.body
            return super().dispatch(request, *args, **kwargs)
        except RequestDataTooBig:
            return JsonResponse({"code": "too_large", "detail": TOO_LARGE}, status=413)
        except (IntegrityError, OperationalError, ObjectDoesNotExist) as error:
            if isinstance(error, OperationalError) and not is_collision(error):
                raise
            log.info("Handling %s again after a collision", request.path, exc_info=True)
            self.is_second_try = True
            return super().dispatch(request, *args, **kwargs)

    def check_throttles(self, request: Request) -> None:
        if not self.is_second_try:
            super().check_throttles(request)


def is_collision(error: OperationalError) -> bool:
    """Whether PostgreSQL ended this transaction in favour of another (serialization, deadlock)."""
    return getattr(error.__cause__, "sqlstate", "") in ("40001", "40P01")


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


def validated(serializer: type[serializers.Serializer], request: Request) -> dict[str, Any]:
    """Return what the request holds, checked by `serializer`; answers 400 otherwise."""
    checked = serializer(data=request.data)
    checked.is_valid(raise_exception=True)
    return checked.validated_data
