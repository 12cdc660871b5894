"""The editor of an asset: its page, and what its script asks for while somebody writes."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Field, QuerySet
from django.forms import Field as FormField
from django.forms import Media
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.models import Contact, Site
from apps.assets import compatibility, offers, payloads
from apps.assets.admin import bodies
from apps.assets.models import Asset, Push, Variation
from apps.assets.previews import showing, viewers
from apps.assets.previews.drafts import Draft
from apps.assets.previews.showing import Viewer
from apps.assets.tags import NotFilled

MAX_BYTES, MAX_VALUES, MAX_TEXT = 300_000, 60, 2_000
ROOTS = ("state", "event", "journey")
SEE_CONTACTS = "accounts.view_contact"
NO_SITE = "Choose the site first: it decides what can be shown."
GONE = "This contact is not there any more: choose another one."


class Refused(Exception):
    """The request is none of the editor's; `status` is that of HTTP."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


class EditorAdmin:
    """Of a kind of asset whose page shows beside the form what each browser will show.

    `OPTIONAL` names the fields whose labels say that they may stay empty.
    """

    OPTIONAL: tuple[str, ...] = ()
    # Labels above their fields: half of the page is the preview's.
    compressed_fields = False
    change_form_template = "admin/assets/editor_form.html"
    change_form_outer_after_template = "admin/assets/editor.html"

    @property
    def media(self) -> Media:
        return super().media + Media(css={"all": ["admin/asset_editor.css"]})

    def get_urls(self) -> list[URLPattern]:
        views = (("preview", drawn), ("tags", offered), ("contacts", people))
        return [
            *(
                path(
                    f"editor/{name}/",
                    self.admin_site.admin_view(_guarded(self, view)),
                    name=f"{_page_of(self.model)}_editor_{name}",
                )
                for name, view in views
            ),
            *super().get_urls(),
        ]

    def formfield_for_dbfield(
        self, db_field: Field, request: HttpRequest, **kwargs: Any
    ) -> FormField | None:
        found = super().formfield_for_dbfield(db_field, request, **kwargs)
        if found and db_field.name in self.OPTIONAL:
            found.label = f"{found.label} (optional)"
        return found

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        row = context.get("original")
        can_write = not row or self.has_change_permission(request, row)
        context["editor"] = context_of(request, self.model, row, can_write=can_write)
        return super().render_change_form(request, context, *args, **kwargs)


def context_of(
    request: HttpRequest,
    kind: type[Asset],
    asset: Asset | None,
    *,
    can_write: bool,
    variation: int | str = "",
) -> dict[str, Any]:
    """Return what templates/admin/assets/editor.html shows as `editor`. `variation` is the id of
    the one that the page writes, 0 for a new one."""
    sites = [asset.site] if asset else list(Site.objects.all()[:2])
    return {
        "kind": kind._meta.model_name,
        "asset": asset.pk if asset else "",
        "variation": variation,
        "can_write": can_write,
        "can_see_contacts": request.user.has_perm(SEE_CONTACTS),
        "settings": {
            "site": sites[0].pk if len(sites) == 1 else None,
            "clients": [_told(client) for client in compatibility.clients()],
            "limit": payloads.MAX_BYTES,
            "tagged": [*kind.TEXTS, *kind.ADDRESSES],
            "urls": {
                name: reverse(f"admin:{_page_of(kind)}_editor_{name}")
                for name in ("preview", "tags", "contacts")
            },
        },
    }


def _told(client: compatibility.Client) -> dict[str, Any]:
    bounds = ("max_actions", "title_chars", "body_chars", "body_lines")
    told = {name: getattr(client, name) for name in ("name", "label", *bounds)}
    return {**told, "shows": dict(client.shows)}


def _page_of(kind: type[Asset]) -> str:
    return f"{kind._meta.app_label}_{kind._meta.model_name}"


View = Callable[[type[Asset], HttpRequest], HttpResponse]


def _guarded(owner: admin.ModelAdmin, view: View) -> Callable[[HttpRequest], HttpResponse]:
    """Let in who may see or write the kind, and answer a refusal as JSON."""
    method = require_POST if view is drawn else require_GET

    @method
    def guarded(request: HttpRequest) -> HttpResponse:
        # Who may only add has seen nothing of what is stored.
        adds = owner.has_add_permission(request) and not request.POST.get("asset")
        if not (adds or owner.has_view_permission(request)):
            raise PermissionDenied
        try:
            return view(owner.model, request)
        except Refused as refused:
            return JsonResponse({"message": str(refused)}, status=refused.status)

    return guarded


def drawn(kind: type[Asset], request: HttpRequest) -> HttpResponse:
    """Answer with what the posted form would show to the chosen viewer, and what is wrong."""
    if bodies.size(request) > MAX_BYTES:
        raise Refused("This form is too long.", 413)
    draft = _draft(kind, request)
    if draft is None:
        return JsonResponse({"errors": {}, "problem": NO_SITE})
    source = draft.source
    versions = [{"id": version.key, "name": version.name} for version in source.versions]
    answer: dict[str, Any] = {"errors": draft.errors, "problem": "", "versions": versions}
    viewer = _viewer(request, source.site)
    if viewer is None:
        return JsonResponse({**answer, "problem": GONE})
    answer["viewer"] = _named(viewer.contact)
    try:
        rendered = showing.render(source, viewer)
    except NotFilled as error:
        problem = f"The texts cannot be filled for this contact: {error}"
        return JsonResponse({**answer, "problem": problem})
    return JsonResponse({**answer, **showing.shown(rendered, source.site)})


def offered(kind: type[Asset], request: HttpRequest) -> HttpResponse:
    """Answer with the tags that can be written on a site."""
    with_examples = request.user.has_perm(SEE_CONTACTS)
    return JsonResponse(offers.of_site(_site(request), with_examples=with_examples))


def people(kind: type[Asset], request: HttpRequest) -> HttpResponse:
    """Answer with contacts to look at the preview as; the newest where none is asked for."""
    if not request.user.has_perm(SEE_CONTACTS):
        raise PermissionDenied
    found = viewers.find(_site(request), request.GET.get("q", ""))
    return JsonResponse({"contacts": [_named(contact) for contact in found]})


def _draft(kind: type[Asset], request: HttpRequest) -> Draft | None:
    asset = _asset(kind, request.POST.get("asset", ""))
    if asset and request.POST.get("preview-stored"):
        return showing.stored(asset)
    good = _texts(_read(request, "preview-good"))
    if asset and (written := request.POST.get("variation", "")):
        return showing.read_variation(_variation(asset, written), request.POST, good)
    return showing.read(kind, request.POST, good, asset=asset)


def _named(contact: Contact) -> dict[str, Any]:
    if contact.pk is None:
        return {"id": None, "name": "a made-up contact", "about": ""}
    return {"id": contact.pk, "name": str(contact), "about": viewers.about(contact)}


def _viewer(request: HttpRequest, site: Site) -> Viewer | None:
    values = _read(request, "preview-values")
    given = {
        root: {name: viewers.typed(text) for name, text in _texts(values.get(root)).items()}
        for root in ROOTS
    }
    wanted, version = request.POST.get("preview-contact", ""), _number(request, "preview-version")
    if not wanted:
        contact: Contact | None = viewers.made_up(site, given["state"])
    else:
        if not request.user.has_perm(SEE_CONTACTS):
            raise PermissionDenied
        contact = _row(Contact.objects.filter(site=site), wanted)
    if contact is None:
        return None
    # The row of the draft, which is loaded already.
    contact.site = site
    more = {"event": given["event"], "journey": given["journey"]}
    return Viewer(contact=contact, more=more, version=version)


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
    """Return what of it is text by name, as much as a person would write."""
    pairs = found.items() if isinstance(found, Mapping) else ()
    return {
        name[:MAX_TEXT]: text[:MAX_TEXT]
        for name, text in list(pairs)[:MAX_VALUES]
        if isinstance(text, str)
    }


def _number(request: HttpRequest, name: str) -> int | None:
    text = request.POST.get(name, "")
    return int(text) if _is_number(text) else None


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


def _site(request: HttpRequest) -> Site:
    site = _row(Site.objects.all(), request.GET.get("site", ""))
    if site is None:
        raise Refused("There is no such site.", 404)
    return site


def _row(rows: QuerySet[Any], text: str) -> Any:
    return rows.filter(pk=int(text)).first() if _is_number(text) else None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 18


class PushEditorAdmin(EditorAdmin):
    """The push's page in the order in which it is thought of."""

    OPTIONAL = ("message", "url", "icon", "image", "badge", "replace_key", "language")
    ADVANCED = (
        *("badge", ("stay_on_screen", "silent"), "replace_key", "ttl", "urgency"),
        *("language", "direction", "data"),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Push | None = None) -> list[Any]:
        """Ask for the site early where it is open; else it is only to be seen."""
        is_open = obj is None and Site.objects.count() != 1
        begin, end = (["site"], []) if is_open else ([], ["site"])
        return [
            (None, {"fields": ["name", *begin, *("title", "message", "url", "image", "icon")]}),
            ("Advanced", {"classes": ["collapse", "after-inlines"], "fields": self.ADVANCED}),
            ("Status", {"classes": ["after-inlines"], "fields": ["status", "labels", *end]}),
        ]
