"""The library: a site's images, where each is used, and bringing in several at once."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import RelatedDropdownFilter
from unfold.decorators import display

from apps.accounts import keys
from apps.accounts.backoffice import ModelAdmin
from apps.accounts.models import Site
from apps.accounts.panels import Panel, panel_on, show_in, table
from apps.assets.admin import image_endpoints
from apps.assets.forms import of_site
from apps.assets.images import storing, uses
from apps.assets.images.uses import Use
from apps.assets.models import Image

NAMED = 3

# The pictures of pushes that have none of their own are chosen like those that have.
for name in ("icon", "badge"):
    show_in(Site, name, partial(of_site, name))


@admin.register(Image)
class ImageAdmin(ModelAdmin):
    change_list_template = "admin/assets/image_list.html"
    list_display = ("name", "pixels", "site", "uploaded_at")
    list_filter = (("site", RelatedDropdownFilter),)
    list_select_related = ("site",)
    list_per_page = 24
    search_fields = ("name",)
    search_help_text = "Name of the file"
    add_verb = "Upload"
    invitation = "Pictures to choose from wherever a push or a popup can show one."
    fields = ("name", "pixels", "site", "uploaded_by", "uploaded_at")
    readonly_fields = ("pixels", "site", "uploaded_by", "uploaded_at")

    def get_urls(self) -> list[URLPattern]:
        views = (("upload", image_endpoints.upload), ("pick", image_endpoints.pick))
        return [
            *(
                path(f"{name}/", self.admin_site.admin_view(view), name=f"assets_image_{name}")
                for name, view in views
            ),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Image]:
        return super().get_queryset(request).select_related("site", "by")

    @display(description="Size")
    def pixels(self, image: Image) -> str:
        return f"{image.width:,} × {image.height:,} px, {kilobytes(image.size)}"

    @display(description="Uploaded by")
    def uploaded_by(self, image: Image) -> str:
        return image.by.get_username() if image.by else "–"

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Find out where the page's images are used, for all of them at once."""
        changelist = super().get_changelist_instance(request)
        rows = list(changelist.result_list)
        found = uses.of(rows)
        for row in rows:
            row.pixels = self.pixels(row)
            row.uses = [(use, link_to(use)) for use in found[row.pk]]
        changelist.result_list = rows
        return changelist

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the page that uploads; its script sends the files one by one."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        sites = list(Site.objects.order_by("name"))
        asked = keys.read(request.GET.get("site"))
        context = {
            **self.admin_site.each_context(request),
            "title": "Upload images",
            "opts": self.opts,
            "sites": sites,
            "asked": asked or (sites[0].pk if len(sites) == 1 else None),
        }
        return TemplateResponse(request, "admin/assets/image_upload.html", context)

    def get_deleted_objects(
        self, objs: Iterable[Image], request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        rows = list(objs)
        found = uses.of(rows)
        used = [
            format_html("“{}” is used by {}", row, named(found[row.pk]))
            for row in rows
            if found[row.pk]
        ]
        return ([], {}, set(), used) if used else super().get_deleted_objects(rows, request)


@panel_on(Image, permission="assets.view_image")
def picture(request: HttpRequest, image: Image) -> Panel:
    return Panel(
        title="Picture",
        template="admin/assets/image_panel.html",
        content={"image": image, "address": storing.address(image.file.name, request)},
        is_above=True,
    )


@panel_on(Image, permission="assets.view_image")
def used_in(request: HttpRequest, image: Image) -> Panel:
    return table(
        "Used in",
        ["Kind", "Name"],
        [[use.kind.capitalize(), link_to(use)] for use in uses.of([image])[image.pk]],
        empty="Nothing names its address. Pushes that were sent may still show it.",
    )


def named(uses: list[Use]) -> SafeString:
    """Return a few of the uses in words, with links."""
    shown = ((use.kind, link_to(use)) for use in uses[:NAMED])
    more = f" and {len(uses) - NAMED} more" if len(uses) > NAMED else ""
    return format_html("{}{}", format_html_join(", ", "the {} {}", shown), more)


def link_to(use: Use) -> SafeString:
    name = f"admin:{use.model.replace('.', '_')}_change"
    address = reverse(name, args=[use.pk])
    return format_html('<a class="text-link" href="{}">{}</a>', address, use.name)


def kilobytes(size: int) -> str:
    return f"{max(1, round(size / 1_000)):,} kB"
