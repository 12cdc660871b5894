"""What the script of the editor asks for while somebody writes, as JSON."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.models import Contact
from apps.assets import offers
from apps.assets.admin import bodies
from apps.assets.admin.editor_requests import SEE_CONTACTS, Refused, draft_of, site_of, viewer_of
from apps.assets.previews import made_up, showing, viewers
from apps.assets.previews.drafts import Draft
from apps.assets.previews.showing import Viewer
from apps.assets.tags import NotFilled
from apps.segments.counting import TooSlow

MAX_BYTES = 300_000
NO_SITE = "Choose the site first: it decides what can be shown."
TOO_SLOW = "It takes too long to find out what a made-up contact meets: try once more."
GONE = "This contact is not there any more: choose another one."

View = Callable[[ModelAdmin, HttpRequest], HttpResponse]


def drawn(owner: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """Answer with what the posted form would show to the chosen viewer, and what is wrong."""
    if bodies.size(request) > MAX_BYTES:
        raise Refused("This form is too long.", 413)
    draft = draft_of(owner, request)
    if draft is None:
        return JsonResponse({"errors": {}, "problem": NO_SITE})
    versions = [{"id": each.key, "name": each.name} for each in draft.source.versions]
    answer = {"errors": draft.errors, "versions": versions}
    viewer = viewer_of(request, draft.source)
    if viewer is None:
        return JsonResponse({**answer, "problem": GONE})
    return JsonResponse({**answer, **_seen(draft, viewer)})


def _seen(draft: Draft, viewer: Viewer) -> dict[str, Any]:
    about = {
        "viewer": _named(viewer.contact),
        "values": {root: _texts(each) for root, each in viewer.made_up.items()},
    }
    try:
        seen = showing.render(draft.source, viewer)
    except NotFilled as error:
        return {**about, "problem": f"The texts cannot be filled for this contact: {error}"}
    except TooSlow:
        return {**about, "problem": TOO_SLOW}
    if seen.asked:
        about["values"]["state"] |= _texts(seen.asked)
    faint = " ".join(words for name in draft.faint for words in draft.errors[name])
    return {**about, "problem": faint, "lacks": seen.lacks, **showing.shown(seen, draft)}


def offered(owner: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """Answer with the tags that can be written on a site."""
    with_examples = request.user.has_perm(SEE_CONTACTS)
    return JsonResponse(offers.of_site(site_of(request), with_examples=with_examples))


def people(owner: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """Answer with contacts to look at the preview as; the newest where none is asked for."""
    if not request.user.has_perm(SEE_CONTACTS):
        raise PermissionDenied
    found = viewers.find(site_of(request), request.GET.get("q", ""))
    return JsonResponse({"contacts": [_named(contact) for contact in found]})


VIEWS: dict[str, View] = {"preview": drawn, "tags": offered, "contacts": people}


def guarded(owner: ModelAdmin, view: View) -> Callable[[HttpRequest], HttpResponse]:
    """Let in who may see or write the kind, and answer a refusal as JSON."""
    method = require_POST if view is drawn else require_GET

    @method
    def guarded(request: HttpRequest) -> HttpResponse:
        # Who may only add has seen nothing of what is stored.
        adds = owner.has_add_permission(request) and not request.POST.get("asset")
        if not (adds or owner.has_view_permission(request)):
            raise PermissionDenied
        try:
            return view(owner, request)
        except Refused as refused:
            return JsonResponse({"message": str(refused)}, status=refused.status)

    return guarded


def _named(contact: Contact) -> dict[str, Any]:
    if made_up.is_made_up(contact):
        return {"id": None, "name": "a made-up contact", "about": ""}
    return {"id": contact.pk, "name": str(contact), "about": viewers.about(contact)}


def _texts(values: Mapping[str, Any]) -> dict[str, str]:
    """Return the values as somebody would type them."""
    return {name: made_up.written(value) for name, value in values.items()}
