"""What every view of the REST interfaces shares, and what those of the server API do."""

import logging
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, OperationalError
from django.http import HttpRequest, HttpResponse
from rest_framework import serializers, status
from rest_framework.exceptions import APIException, NotAuthenticated, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from apps.accounts.api.authentication import ApiKeyAuthentication
from apps.accounts.api.parsing import StrictJSONParser
from apps.accounts.collisions import is_collision
from apps.accounts.models import ApiKey, Site

log = logging.getLogger(__name__)


class TooLarge(APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE

    def __init__(self, most: int) -> None:
        words = f"A call has at most {most:,} bytes; send what is more in several calls."
        super().__init__({"code": "too_large", "detail": words})


class TwiceView(APIView):
    """Handles a call once more when two calls for one person got into each other's way.

    The database then refuses one of them (a deadlock, a row just made or merged away). A
    handler writes all it writes in one transaction, so nothing of the first try is left.
    Refuses with 413 a body of more than `max_bytes`.
    """

    max_bytes = 1_000_000
    is_second_try = False

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            if not self._is_too_large(request):
                # Read now: the second time the stream would be at its end.
                _ = request.body
            return super().dispatch(request, *args, **kwargs)
        except (IntegrityError, OperationalError, ObjectDoesNotExist) as error:
            if isinstance(error, OperationalError) and not is_collision(error):
                raise
            log.info("Handling %s again after a collision", request.path, exc_info=True)
            self.is_second_try = True
            return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if self._is_too_large(request):
            raise TooLarge(self.max_bytes)

    def check_throttles(self, request: Request) -> None:
        if not self.is_second_try:
            super().check_throttles(request)

    def _is_too_large(self, request: HttpRequest | Request) -> bool:
        # A body without a length is none (PEP 3333), so this bounds every one.
        length = request.META.get("CONTENT_LENGTH") or "0"
        return length.isdigit() and int(length) > self.max_bytes


class HasScope(BasePermission):
    """The key has the scope that `view.scopes` names for the method."""

    def has_permission(self, request: Request, view: "ServerView") -> bool:
        if request.auth is None:
            raise NotAuthenticated("Send an API key of the site: Authorization: Bearer pd_…")
        scope = view.scopes.get(request.method)
        if scope and scope not in request.auth.scopes:
            raise PermissionDenied(
                {"code": "scope_missing", "detail": f"This API key lacks the scope {scope}."}
            )
        return True


class ApiKeyThrottle(SimpleRateThrottle):
    """Per key, wherever its calls come from."""

    scope = "server"

    def get_cache_key(self, request: Request, view: APIView) -> str:
        return self.cache_format % {"scope": self.scope, "ident": request.auth.pk}


class ServerView(TwiceView):
    """A call of a site's own systems; `self.site` is the site of its API key.

    Refuses with 401 a key that is none, with 403 a key without the scope of the method.
    """

    authentication_classes = [ApiKeyAuthentication]
    parser_classes = [StrictJSONParser]
    permission_classes = [HasScope]
    throttle_classes = [ApiKeyThrottle]
    max_bytes = 5_000_000
    scopes: dict[str, ApiKey.Scope]

    @property
    def key(self) -> ApiKey:
        return self.request.auth

    @property
    def site(self) -> Site:
        return self.key.site


def validated(serializer: type[serializers.Serializer], request: Request) -> dict[str, Any]:
    """Return what the request holds, checked by `serializer`; answers 400 otherwise."""
    checked = serializer(data=request.data)
    checked.is_valid(raise_exception=True)
    return checked.validated_data
