"""What the script of the editor sends: the form as it is, and who is to look at it."""

import json
import re
from collections.abc import Mapping
from typing import Any

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest

from apps.accounts import keys
from apps.accounts.models import Contact, Site
from apps.assets.admin.strips import may_change
from apps.assets.models import Asset, Variation
from apps.assets.previews import showing
from apps.assets.previews.drafts import Draft
from apps.assets.previews.made_up import ROOTS
from apps.assets.previews.showing import Viewer
from apps.assets.rendering import Source

MAX_VALUES, MAX_TEXT = 60, 2_000
# NUL, and halves of characters: sites cannot send them either.
UNSENT = re.compile("[\x00\ud800-\udfff]")
SEE_CONTACTS = "accounts.view_contact"
# As the version: not the one that the contact meets, but the content without any.
DEFAULT = "default"


class Refused(Exception):
    """The request is none of the editor's; `status` is that of HTTP."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


def draft_of(owner: ModelAdmin, request: HttpRequest) -> Draft | None:
    """Return the posted form of a page of `owner`, or of one of its variations; for who may not
    write that, what is stored. None while no site is chosen. Raises Refused."""
    asset = _asset(owner.model, request.POST.get("asset", ""))
    good = _texts(_read(request, "preview-good"))
    if asset is None:
        return showing.read(owner.model, request.POST, good)
    written = request.POST.get("variation", "")
    variation = _variation(asset, written) if written else None
    may_write = (
        may_change(request, asset) if variation else owner.has_change_permission(request, asset)
    )
    if variation and not (may_write or request.user.has_perm("assets.view_variation")):
        raise PermissionDenied
    if request.POST.get("preview-stored") or not may_write:
        return showing.stored(asset, variation)
    if variation:
        return showing.read_variation(variation, request.POST, good)
    return showing.read(owner.model, request.POST, good, asset=asset)


def viewer_of(request: HttpRequest, source: Source) -> Viewer | None:
    """Return who is to look at the source; None where the contact is not there any more."""
    values = _read(request, "preview-values")
    given = {root: _texts(values.get(root)) for root in ROOTS}
    contact = None
    if wanted := request.POST.get("preview-contact", ""):
        if not request.user.has_perm(SEE_CONTACTS):
            raise PermissionDenied
        contact = _row(Contact.objects.filter(site=source.site), wanted)
        if contact is None:
            return None
        # The row of the draft, which is loaded already.
        contact.site = source.site
    return showing.viewer(source, contact=contact, given=given, version=_version(request))


def site_of(request: HttpRequest) -> Site:
    """Return the site that the address names. Raises Refused."""
    site = _row(Site.objects.all(), request.GET.get("site", ""))
    if site is None:
        raise Refused("There is no such site.", 404)
    return site


def _read(request: HttpRequest, name: str) -> dict[str, Any]:
    """Return the object that the field holds as JSON."""
    try:
        found = json.loads(request.POST.get(name) or "{}")
    except (ValueError, RecursionError) as error:
        raise Refused(f"“{name}” is not readable.") from error
    if not isinstance(found, dict):
        raise Refused(f"“{name}” is no object.")
    return found


def _texts(found: Any) -> dict[str, str]:
    """Return what of it is text by name, as much as a person would write, without what no
    database takes."""
    pairs = found.items() if isinstance(found, Mapping) else ()
    return {
        UNSENT.sub("", name)[:MAX_TEXT]: UNSENT.sub("", text)[:MAX_TEXT]
        for name, text in list(pairs)[:MAX_VALUES]
        if isinstance(text, str)
    }


def _version(request: HttpRequest) -> int | None:
    text = request.POST.get("preview-version", "")
    if text == DEFAULT:
        return showing.DEFAULT
    return keys.read(text)


def _asset(kind: type[Asset], text: str) -> Asset | None:
    if not text:
        return None
    rows = kind.objects.select_related("site").prefetch_related("buttons")
    asset = _row(rows, text)
    if asset is None:
        raise Refused(f"There is no such {kind._meta.verbose_name}.", 404)
    return asset


def _variation(asset: Asset, text: str) -> Variation:
    """Return the variation that the page writes; a new one for 0."""
    if text == "0":
        return Variation(asset=asset)
    variation = _row(asset.variations.all(), text)
    if variation is None:
        raise Refused("There is no such variation.", 404)
    variation.asset = asset
    return variation


def _row(rows: QuerySet[Any], text: str) -> Any:
    return rows.filter(pk=keys.read(text)).first()
