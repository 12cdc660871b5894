"""The strip of tabs on top of an asset's page and of each of its variations', and the way there
in the sidebar and in the trail."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from apps.assets import variations
from apps.assets.models import Asset, Variation


@dataclass(frozen=True, kw_only=True)
class Tab:
    title: str
    address: str
    is_draft: bool = False
    is_current: bool = False


@dataclass(frozen=True, kw_only=True)
class Strip:
    tabs: tuple[Tab, ...]
    # Nothing where no variation can be added.
    adding: str = ""
    is_adding: bool = False


def page_of(asset: Asset) -> str:
    """Return the address of the page of an asset, of its kind."""
    return reverse(f"admin:assets_{asset._meta.model_name}_change", args=[asset.pk])


def page_of_variation(variation: Variation) -> str:
    return reverse("admin:assets_variation_change", args=[variation.pk])


def may_change(request: HttpRequest, asset: Asset) -> bool:
    """Tell whether the user may change the variations, which are a part of their asset."""
    kind = asset._meta.model_name
    return request.user.has_perms([f"assets.change_{kind}", "assets.change_variation"])


def may_add(request: HttpRequest, asset: Asset) -> bool:
    return may_change(request, asset) and request.user.has_perm("assets.add_variation")


def strip_of(
    request: HttpRequest, asset: Asset, current: Variation | None = None, *, adds: bool = False
) -> Strip:
    """Return the strip of the asset, on the page of `current`, or where one is added."""
    rows = variations.in_order(asset)
    tabs = [
        Tab(title="Default", address=page_of(asset), is_current=current is None and not adds),
        *(
            Tab(
                title=row.name,
                address=page_of_variation(row),
                is_draft=not row.is_active,
                is_current=current is not None and row.pk == current.pk,
            )
            for row in rows
        ),
    ]
    has_room = len(rows) < variations.MAX_VARIATIONS and may_add(request, asset)
    add = f"{reverse('admin:assets_variation_add')}?asset={asset.pk}" if has_room else ""
    return Strip(tabs=tuple(tabs), adding=add, is_adding=adds)


def around(context: dict[str, Any], asset: Asset) -> dict[str, Any]:
    """Return what says that a page below the asset's is below the list of its kind: the sidebar
    with that list marked, and the trail."""
    kind = reverse(f"admin:assets_{asset._meta.model_name}_changelist")
    trail: list[dict[str, Any]] = []
    groups = []
    for group in context.get("sidebar_navigation") or []:
        rows = []
        for row in group["items"]:
            inner = [{**each, "active": each["link"] == kind} for each in row["items"]]
            found = [each for each in inner if each["active"]]
            if found:
                row = {**row, "active": True}
                trail = [{"title": group["title"]}, row, *found]
            rows.append({**row, "items": inner})
        groups.append({**group, "items": rows})
    return {
        "sidebar_navigation": groups,
        "trail": [*trail, {"title": asset.name, "link": page_of(asset)}],
        # It would lead to a list that there is not; the strip and the trail lead further.
        # A text: the theme asks whether this is one.
        "show_back_button": "",
    }


class VariedAdmin:
    """An admin whose pages have the strip on top."""

    change_form_outer_before_template = "admin/assets/above.html"

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        row = context.get("original")
        if row is not None and "strip" not in context:
            context["strip"] = strip_of(request, row)
        return super().render_change_form(request, context, *args, **kwargs)
