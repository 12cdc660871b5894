"""A journey as somebody has opened it, and who may do what with it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils.functional import cached_property

from apps.accounts import keys
from apps.accounts.models import User
from apps.journeys.drafting import drafts
from apps.journeys.drafting.drafts import Draft
from apps.journeys.models import Journey, Step


@dataclass(kw_only=True)
class Opened:
    """The journey of one request; `admin` is its ModelAdmin. Inside a request that writes, the
    journey is held."""

    admin: Any
    request: HttpRequest
    journey: Journey

    @cached_property
    def draft(self) -> Draft:
        return drafts.load(self.journey)

    @cached_property
    def may_write(self) -> bool:
        return self.admin.has_change_permission(self.request, self.journey)

    @property
    def user(self) -> User:
        return self.request.user

    def step(self, key: str) -> Step:
        """Return the step of this journey. Raises Http404."""
        if key not in self.draft.steps:
            raise Http404("There is no such step in this journey.")
        return self.draft.steps[key]

    def forget(self) -> None:
        """Have everything read anew: the rows are others now."""
        self.__dict__.pop("draft", None)
        self.journey = _one(self.journey.pk)


View = Callable[..., HttpResponse]


def opens(admin: Any, view: View, *methods: str, changes: bool = True) -> View:
    """Return the view for an address of a journey: who may not see it gets 403, and whoever
    posts holds the journey meanwhile and, where that `changes` it, must be allowed to."""

    def opened(request: HttpRequest, object_id: str, **rest: str) -> HttpResponse:
        if request.method not in methods:
            return HttpResponseNotAllowed(methods)
        number = keys.read(object_id)
        if number is None:
            raise Http404
        if not admin.has_view_permission(request):
            raise PermissionDenied
        if request.method == "GET":
            return view(Opened(admin=admin, request=request, journey=_one(number)), **rest)
        with transaction.atomic():
            found = Opened(admin=admin, request=request, journey=_held(number))
            if changes and not found.may_write:
                raise PermissionDenied
            return view(found, **rest)

    return opened


def _one(number: int) -> Journey:
    try:
        return Journey.objects.select_related("site", "live_version").get(pk=number)
    except Journey.DoesNotExist as error:
        raise Http404 from error


def _held(number: int) -> Journey:
    try:
        return drafts.hold(number)
    except Journey.DoesNotExist as error:
        raise Http404 from error
