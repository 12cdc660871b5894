import re
from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db.models import Field, OuterRef, QuerySet, Subquery, prefetch_related_objects
from django.db.models.functions import Coalesce
from django.forms import Field as FormField
from django.forms import Form, ModelForm
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import RelatedDropdownFilter
from unfold.decorators import display

from apps.accounts import keys
from apps.accounts.backoffice import (
    PolymorphicChildAdmin,
    PolymorphicParentAdmin,
    colors,
)
from apps.accounts.confirming import AsksFirstAdmin, Consequences
from apps.accounts.models import Site
from apps.assets import labels as asset_labels
from apps.assets import variations
from apps.assets.admin import effects
from apps.assets.admin.actions import OneAssetActions, SelectedActions
from apps.assets.admin.exchange import ImportPage
from apps.assets.admin.filters import LabelFilter, StatusFilter
from apps.assets.admin.history import HistoryPages
from apps.assets.admin.label_field import LabelsField
from apps.assets.admin.strips import VariedAdmin
from apps.assets.library import history, searching, usage
from apps.assets.models import Asset, AssetLabel, Popup, Push

STATUS_COLORS = colors(
    Asset.Status, {Asset.Status.ACTIVE: "success", Asset.Status.ARCHIVED: "warning"}
)
MAX_TITLE = 60
CONDITION = re.compile(r"{%.*?%}")


class AssetList(SelectedActions, ImportPage, AsksFirstAdmin):
    """What the lists of assets have in common."""

    list_display = ("name", "title_shown", "status_label", "variation_count", "label_chips",
                    "used_in", "site", "updated_at")  # fmt: skip
    list_filter = (StatusFilter, LabelFilter, ("site", RelatedDropdownFilter))
    list_select_related = ("site",)
    # What is looked at is said in apps.assets.library.searching; this shows the field to search in.
    search_fields = ("name",)
    search_help_text = "Name, texts, buttons and variations"

    class Media:
        css = {"all": ("admin/assets/library.css",)}

    def get_list_display(self, request: HttpRequest) -> Sequence[str]:
        """Leave the site out where all have the same."""
        columns = super().get_list_display(request)
        has_several = Site.objects.count() > 1
        return columns if has_several else [name for name in columns if name != "site"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        first = AssetLabel.objects.filter(assets=OuterRef("pk")).order_by("name")
        rows = variations.counted(super().get_queryset(request).select_related("site"))
        return rows.annotate(first_label=Subquery(first.values("name")[:1]))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return queryset.filter(searching.matching(search_term.replace("\x00", ""))), False

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Load labels and uses of the page's assets all at once."""
        changelist = super().get_changelist_instance(request)
        rows = list(changelist.result_list)
        prefetch_related_objects(rows, "labels")
        uses = usage.of_assets([row.pk for row in rows])
        for row in rows:
            row.uses = uses.get(row.pk, [])
        changelist.result_list = rows
        return changelist

    @display(description="Title", ordering="title")
    def title_shown(self, asset: Asset) -> str:
        # A list has no room for conditions; what is filled in stays to be seen.
        title = CONDITION.sub("", asset.title or "").strip() or "–"
        return title if len(title) <= MAX_TITLE else f"{title[: MAX_TITLE - 1]}…"

    @display(description="Status", label=STATUS_COLORS, ordering="status")
    def status_label(self, asset: Asset) -> tuple[str, str]:
        return asset.status, asset.get_status_display()

    @display(description="Variations", ordering="variation_count")
    def variation_count(self, asset: Asset) -> int | str:
        return asset.variation_count or "–"

    @display(description="Labels", ordering="first_label")
    def label_chips(self, asset: Asset) -> SafeString | str:
        names = sorted(label.name for label in asset.labels.all())
        chip = '<span class="label" title="{}">{}</span>'
        chips = format_html_join("", chip, ((name, name) for name in names))
        return format_html('<span class="labels">{}</span>', chips) if names else "–"

    @display(description="Used in")
    def used_in(self, asset: Asset) -> SafeString | str:
        rows = usage.rows(asset.uses)
        if not rows:
            return "–"
        live = len(usage.rows(usage.live(asset.uses)))
        words = "1 journey" if len(rows) == 1 else f"{len(rows)} journeys"
        note = "" if not live else "live" if live == len(rows) else f"{live} live"
        return format_html('{} <small class="quiet">{}</small>', words, note) if note else words


@admin.register(Asset)
class AssetAdmin(AssetList, PolymorphicParentAdmin):
    child_models = (Push, Popup)
    list_display = ("name", "kind", *AssetList.list_display[1:])
    invitation = "A push or a popup: what your visitors get to see."

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).annotate(title=Coalesce("push__title", "popup__title"))

    @display(description="Kind", ordering="polymorphic_ctype")
    def kind(self, asset: Asset) -> str:
        # By the cache of content types; through the row it would be a query each.
        model = ContentType.objects.get_for_id(asset.polymorphic_ctype_id).model_class()
        return model._meta.verbose_name.capitalize()


class KindAdmin(OneAssetActions, HistoryPages, AssetList, VariedAdmin, PolymorphicChildAdmin):
    base_model = Asset
    form_comes_first = True
    fixed_fields = ("site",)
    filter_horizontal = ()

    def formfield_for_dbfield(
        self, db_field: Field, request: HttpRequest, **kwargs: Any
    ) -> FormField | None:
        if db_field.name != "labels":
            return super().formfield_for_dbfield(db_field, request, **kwargs)
        match = request.resolver_match
        found = keys.read(match.kwargs.get("object_id")) if match else None
        rows = Asset.objects.non_polymorphic().values_list("site", flat=True)
        return LabelsField(
            may_create=request.user.has_perm("assets.add_assetlabel"),
            site=rows.filter(pk=found).first() if found else None,
            help_text=db_field.help_text,
        )

    def save_model(self, request: HttpRequest, obj: Asset, form: Form, change: bool) -> None:
        if change:
            history.begin(obj)
        super().save_model(request, obj, form, change)

    def save_related(
        self, request: HttpRequest, form: ModelForm, formsets: Any, change: bool
    ) -> None:
        if chosen := form.cleaned_data.get("labels"):
            may_create = form.fields["labels"].may_create
            form.cleaned_data["labels"] = asset_labels.named(
                form.instance.site, (label.name for label in chosen), makes=may_create
            )
        super().save_related(request, form, formsets, change)
        history.record(form.instance, request.user, "" if change else "Created")

    def consequences(self, request: HttpRequest, form: ModelForm) -> Consequences | None:
        """Ask before what live journeys send is not active any more."""
        status = form.cleaned_data.get("status")
        if "status" not in form.changed_data or status == Asset.Status.ACTIVE:
            return None
        return effects.of_stopping([form.instance], button="Save all the same")
