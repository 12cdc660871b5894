"""The editor of an asset: its page, with the preview beside the form."""

from typing import Any

from django.db.models import Field
from django.forms import Field as FormField
from django.forms import Media
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse

from apps.accounts.models import Site
from apps.assets import compatibility, payloads
from apps.assets.admin import editor_views
from apps.assets.admin.editor_requests import SEE_CONTACTS
from apps.assets.models import Asset, Push


class EditorAdmin:
    """Of a kind of asset whose page shows beside the form what visitors will see.

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
        return [
            *(
                path(
                    f"editor/{name}/",
                    self.admin_site.admin_view(editor_views.guarded(self, view)),
                    name=f"{_page_of(self.model)}_editor_{name}",
                )
                for name, view in editor_views.VIEWS.items()
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
            "tagged": [*kind.TEXTS, *kind.ADDRESSES],
            "urls": {
                name: reverse(f"admin:{_page_of(kind)}_editor_{name}")
                for name in editor_views.VIEWS
            },
            **(_of_pushes() if kind is Push else {}),
        },
    }


def _of_pushes() -> dict[str, Any]:
    clients = [_told(client) for client in compatibility.clients()]
    return {"clients": clients, "limit": payloads.MAX_BYTES}


def _told(client: compatibility.Client) -> dict[str, Any]:
    bounds = ("max_actions", "title_chars", "body_chars")
    told = {name: getattr(client, name) for name in ("name", "label", *bounds)}
    return {**told, "shows": dict(client.shows)}


def _page_of(kind: type[Asset]) -> str:
    return f"{kind._meta.app_label}_{kind._meta.model_name}"
