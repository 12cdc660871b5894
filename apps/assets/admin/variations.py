"""A variation's own page: below its asset's, in no list of its own."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html_join
from django.utils.text import capfirst
from django.views.decorators.http import require_POST
from unfold.decorators import display

from apps.accounts import keys
from apps.accounts.backoffice import ModelAdmin
from apps.assets import variations
from apps.assets.admin import editor, variation_table
from apps.assets.admin.buttons import ButtonInline, PopupButtonInline, PushButtonInline
from apps.assets.admin.strips import (
    VariedAdmin,
    around,
    may_change,
    page_of,
    page_of_variation,
    strip_of,
)
from apps.assets.forms import (
    PopupVariationButtonFormSet,
    VariationForm,
    WeighedVariationButtonFormSet,
    WeighedVariationForm,
)
from apps.assets.forms.variations import SAME
from apps.assets.library import history
from apps.assets.models import Asset, Button, Popup, Push, Variation
from apps.segments import catalogue, rules


class OwnButtons:
    """The buttons of the variation."""

    fk_name = "variation"
    verbose_name_plural = "Its own buttons: at most three, or none at all"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Button]:
        # Past the inline of the default content, which leaves out just these.
        return super(ButtonInline, self).get_queryset(request)


class PushVariationButtonInline(OwnButtons, PushButtonInline):
    formset = WeighedVariationButtonFormSet


class PopupVariationButtonInline(OwnButtons, PopupButtonInline):
    formset = PopupVariationButtonFormSet


INLINES = {Push: PushVariationButtonInline, Popup: PopupVariationButtonInline}


@admin.register(Variation)
class VariationAdmin(VariedAdmin, ModelAdmin):
    form = WeighedVariationForm
    # Labels above their fields: half of the page is the preview's.
    compressed_fields = False
    change_form_outer_after_template = "admin/assets/editor.html"
    readonly_fields = ("in_words", "own_content")
    actions = None

    def get_model_perms(self, request: HttpRequest) -> dict[str, bool]:
        """Show no list of them: each is on the page of its asset."""
        return {}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Variation]:
        return super().get_queryset(request).select_related("asset")

    def has_change_permission(self, request: HttpRequest, obj: Variation | None = None) -> bool:
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or may_change(request, _asset(request, obj)))

    def has_delete_permission(self, request: HttpRequest, obj: Variation | None = None) -> bool:
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or may_change(request, _asset(request, obj)))

    # The form, in the order of the asset's own

    def get_form(
        self,
        request: HttpRequest,
        obj: Variation | None = None,
        change: bool = False,
        **kwargs: Any,
    ) -> type[ModelForm]:
        asset = _asset(request, obj)
        kwargs["fields"] = VariationForm.Meta.fields
        made = super().get_form(request, obj, change, **kwargs)
        own = self.admin_site.get_model_admin(type(asset)).get_form(request, asset, change=True)
        more = {"asset": asset, "kind_forms": {type(asset): own}}
        return type(made.__name__, (made,), more)

    def get_fieldsets(self, request: HttpRequest, obj: Variation | None = None) -> list[Any]:
        if obj and not self.has_change_permission(request, obj):
            return [(None, {"fields": ["name", "status", "in_words", "own_content"]})]
        asset = _asset(request, obj)
        return [
            (None, {"fields": ["name", "status", "rule"]}),
            *self._content(request, asset, obj.content if obj else {}),
            ("Buttons", {"fields": ["has_own_buttons"]}),
        ]

    def _content(self, request: HttpRequest, asset: Asset, own: dict[str, Any]) -> list[Any]:
        """Return the fieldsets of the asset's page, with what a variation may have of its own and
        a switch beside each."""
        varied = type(asset).VARIED
        found = []
        fieldsets = self.admin_site.get_model_admin(type(asset)).get_fieldsets(request, asset)
        for title, options in fieldsets:
            names = [name for name in flatten_fieldsets([(title, options)]) if name in varied]
            if names:
                # What differs is never folded away.
                classes = [] if set(names) & own.keys() else list(options.get("classes", ()))
                fields = [(name, SAME + name) for name in names]
                found.append((title, {"classes": classes, "fields": fields}))
        shown = {name for _, options in found for name, _ in options["fields"]}
        rest = [(name, SAME + name) for name in varied if name not in shown]
        return [*found, ("More", {"fields": rest})] if rest else found

    def get_inlines(self, request: HttpRequest, obj: Variation | None) -> list[type]:
        return [INLINES[type(_asset(request, obj))]]

    def save_model(
        self, request: HttpRequest, obj: Variation, form: ModelForm, change: bool
    ) -> None:
        history.begin(_asset(request, obj))
        if not change:
            variations.place_last(obj)
        super().save_model(request, obj, form, change)

    def save_related(
        self, request: HttpRequest, form: ModelForm, formsets: Any, change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        history.record(_asset(request, form.instance), request.user)

    # For those who may only look

    @display(description="For contacts who")
    def in_words(self, variation: Variation) -> str:
        return rules.describe(variation.rule, catalogue.of_site(variation.asset.site))

    @display(description="Differs from the default in")
    def own_content(self, variation: Variation) -> str:
        kind = variation.asset.get_real_instance_class()
        # PostgreSQL keeps the names of an object in an order of its own.
        rows = [
            (capfirst(kind._meta.get_field(name).verbose_name), variation.content[name] or "–")
            for name in kind.VARIED
            if name in variation.content
        ]
        return format_html_join("", "<p><b>{}</b>: {}</p>", rows) or "Nothing"

    # Its pages, and what they lead to

    def get_urls(self) -> list[URLPattern]:
        views = [
            ("shares/<int:asset_id>/", variation_table.shares, "shares"),
            ("<int:variation_id>/move/", variation_table.move, "move"),
            ("<int:variation_id>/duplicate/", require_POST(self.duplicate), "duplicate"),
        ]
        return [
            *(
                path(route, self.admin_site.admin_view(view), name=f"assets_variation_{name}")
                for route, view, name in views
            ),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return HttpResponseRedirect(reverse("admin:assets_asset_changelist"))

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        asset = Asset.objects.filter(pk=keys.read(request.GET.get("asset"))).first()
        if asset is None:
            messages.info(request, "Open a push or a popup first, then choose “Add variation”.")
            return HttpResponseRedirect(reverse("admin:assets_asset_changelist"))
        if not may_change(request, asset):
            raise PermissionDenied
        request.varied_asset = asset
        return super().add_view(request, *args, **kwargs)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        return super().delete_view(request, object_id, self._around(request, object_id))

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        return super().history_view(request, object_id, self._around(request, object_id))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        row = context.get("original")
        asset = _asset(request, row)
        strip = strip_of(request, asset, row, adds=row is None)
        more = {"strip": strip, "varied": row, "show_save_and_add_another": False}
        can_write = row is None or self.has_change_permission(request, row)
        number = row.pk if row else 0
        more["editor"] = editor.context_of(
            request, type(asset), asset, can_write=can_write, variation=number
        )
        context = {**context, **around(context, asset), **more}
        return super().render_change_form(request, context, *args, **kwargs)

    def _around(self, request: HttpRequest, object_id: str) -> dict[str, Any]:
        row = self.get_object(request, unquote(object_id))
        if row is None:
            return {}
        return around(self.admin_site.each_context(request), _asset(request, row))

    def response_post_save_add(self, request: HttpRequest, obj: Variation) -> HttpResponse:
        return HttpResponseRedirect(page_of(_asset(request, obj)))

    def response_post_save_change(self, request: HttpRequest, obj: Variation) -> HttpResponse:
        return HttpResponseRedirect(page_of(_asset(request, obj)))

    def delete_model(self, request: HttpRequest, obj: Variation) -> None:
        request.varied_asset = asset = _asset(request, obj)
        history.begin(asset)
        super().delete_model(request, obj)
        history.record(asset, request.user)

    def response_delete(self, request: HttpRequest, obj_display: str, obj_id: int) -> HttpResponse:
        messages.success(request, f"The variation “{obj_display}” is deleted.")
        return HttpResponseRedirect(page_of(request.varied_asset))

    def duplicate(self, request: HttpRequest, variation_id: int) -> HttpResponse:
        variation = get_object_or_404(Variation.objects.select_related("asset"), pk=variation_id)
        if not (
            self.has_add_permission(request) and self.has_change_permission(request, variation)
        ):
            raise PermissionDenied
        history.begin(variation.asset)
        try:
            made = variations.duplicate(variation)
        except variations.Full as full:
            messages.error(request, str(full))
            return HttpResponseRedirect(page_of_variation(variation))
        history.record(variation.asset, request.user)
        self.log_addition(request, made, [{"added": {}}])
        messages.success(request, f"“{made}” is a draft with the same rule and content.")
        return HttpResponseRedirect(page_of_variation(made))


def _asset(request: HttpRequest, variation: Variation | None) -> Asset:
    """Return the asset of the page, of its kind; read once for each request."""
    known: Asset | None = getattr(request, "varied_asset", None)
    if known is None or (variation is not None and known.pk != variation.asset_id):
        known = Asset.objects.select_related("site").get(pk=variation.asset_id)
        request.varied_asset = known
    if variation is not None:
        variation.asset = known
    return known
