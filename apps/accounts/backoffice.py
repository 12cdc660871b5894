"""The back office's theme: what Unfold, django-polymorphic and our pages need of each other.

Every admin of the house is built on the classes here and in `inlines`, and no other module knows
the theme's inside. Written for Unfold 0.91; `tests/accounts/test_backoffice.py` opens every page.
"""

from typing import Any

from django.contrib.admin import ShowFacets
from django.contrib.admin.views.main import SEARCH_VAR
from django.contrib.messages.storage import default_storage
from django.db import IntegrityError, OperationalError
from django.db.models import Choices, Field, Model, QuerySet, TextField, URLField
from django.forms import Field as FormField
from django.forms import ModelForm
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    HttpResponseRedirect,
)
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from polymorphic.admin import (
    PolymorphicChildModelAdmin,
    PolymorphicParentModelAdmin,
)
from unfold import admin as unfold
from unfold.paginator import InfinitePaginator
from unfold.widgets import UnfoldAdminTextareaWidget

from apps.accounts import keys
from apps.accounts.collisions import is_collision
from apps.accounts.deletions import leave_out_inner_rows
from apps.accounts.models import Site
from apps.accounts.overwriting import asks_first
from apps.accounts.panels import panels_of, uses, widgets_of
from apps.accounts.site_fields import only_chosen
from apps.accounts.uniqueness import told_at_fields


def add_navigation(context: dict[str, Any], request: HttpRequest) -> dict[str, Any]:
    """Keep of the sidebar what the user may see, and say where in it the page is."""
    trail: list[dict[str, Any]] = []
    groups = []
    for group in context.get("sidebar_navigation") or []:
        visible = _visible(group["items"])
        for row in visible:
            if row["active"]:
                inner = [kind for kind in row.get("items", []) if kind["active"]]
                trail = [{"title": group["title"]}, row, *inner[:1]]
        if visible:
            groups.append({**group, "items": visible})
    return {**context, "sidebar_navigation": groups, "trail": trail}


def _visible(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {**row, "items": _visible(row.get("items", []))} for row in items if row["has_permission"]
    ]


def to_page(row: Model) -> HttpResponse:
    """Return what ends a dialog and loads the row's page anew, with its messages."""
    name = f"admin:{row._meta.app_label}_{row._meta.model_name}_change"
    return HttpResponse(headers={"HX-Redirect": reverse(name, args=[row.pk])})


def colors(choices: type[Choices], colored: dict[str, str]) -> dict[str, str]:
    """Return a colour for each choice, for `display(label=…)`; those not named have none.

    The theme shows a choice without an entry by its stored value instead of its words.
    """
    return dict.fromkeys(choices, "") | colored


def labels(*words: tuple[str, str]) -> SafeString:
    """Return words in coloured boxes as lists show them: each with success, warning, danger,
    info or nothing."""
    boxes = (
        (render_to_string("unfold/helpers/label.html", {"text": text, "type": color}),)
        for text, color in words
    )
    return format_html('<span class="labels">{}</span>', format_html_join("", "{}", boxes))


class ModelAdmin(unfold.ModelAdmin):
    list_per_page = 25
    show_full_result_count = False
    list_filter_submit = True
    warn_unsaved_form = True
    formfield_overrides = {
        URLField: {"assume_scheme": "https"},
        TextField: {"widget": UnfoldAdminTextareaWidget(attrs={"rows": 3})},
    }
    # Whether every panel comes below the form, because the page is there to write in.
    form_comes_first = False
    # Fields that only a new row may choose.
    fixed_fields: tuple[str, ...] = ()
    # What its list calls making a new row, and what it says while there is none.
    add_verb = "Create"
    invitation = ""

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        """Return the row; None also for a number that no key can be, where databases and Python
        would answer with an error."""
        if keys.is_none(object_id):
            return None
        return super().get_object(request, object_id, from_field)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        fixed = self.fixed_fields if obj else ()
        return [*super().get_readonly_fields(request, obj), *fixed]

    def formfield_for_dbfield(
        self, db_field: Field, request: HttpRequest, **kwargs: Any
    ) -> FormField | None:
        found = super().formfield_for_dbfield(db_field, request, **kwargs)
        is_site = found and db_field.related_model is Site
        return only_chosen(found, request.user) if is_site else found

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[ModelForm]:
        if obj and (widgets := widgets_of(obj)):
            own = getattr(getattr(self.form, "Meta", None), "widgets", None) or {}
            kwargs["widgets"] = {**own, **widgets}
        form = told_at_fields(super().get_form(request, obj, change, **kwargs))
        inlines = self.get_inlines(request, obj) if obj else ()
        return asks_first(form, below=[each.model for each in inlines])

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Ask the form once more when somebody else was faster: it then says what is taken.

        Nothing is left of the first time, which was one transaction.
        """
        try:
            return super().changeform_view(request, object_id, *args, **kwargs)
        except (IntegrityError, OperationalError) as error:
            if isinstance(error, OperationalError) and not is_collision(error):
                raise
            request._messages = default_storage(request)
            return super().changeform_view(request, object_id, *args, **kwargs)

    def _changeform_view(
        self, request: HttpRequest, object_id: str | None, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Let one save a row at a time: whoever is second at the same instant finds it changed
        (apps.accounts.overwriting)."""
        number = keys.read(object_id) if request.method == "POST" else None
        if number is not None:
            # As saving does it, of the tables of a row that of its oldest parent first.
            oldest = [self.model, *self.opts.get_parent_list()][-1]
            held = oldest._base_manager.select_for_update(no_key=True).filter(pk=number)
            list(held.values_list("pk"))
        return super()._changeform_view(request, object_id, *args, **kwargs)

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Refuse what no column can hold, which databases would answer with an error."""
        kinds = (each for each in self.list_filter if isinstance(each, type))
        words = {SEARCH_VAR, *(getattr(each, "parameter_name", "") for each in kinds)}
        for name, values in request.GET.lists():
            if any("\x00" in value for value in values):
                return HttpResponseBadRequest("The address holds the character NUL.")
            numbers = [] if name in words else ",".join(values).split(",")
            if any(keys.is_none(number) for number in numbers):
                return HttpResponseBadRequest("The address holds a number that no row has.")
        return super().changelist_view(request, *args, **kwargs)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Choose the site where there is no choice."""
        initial = super().get_changeform_initial_data(request)
        sites = list(Site.objects.values_list("pk", flat=True)[:2])
        return {**({"site": sites[0]} if len(sites) == 1 else {}), **initial}

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        row = context.get("original")
        built = panels_of(request, row) if row else []
        above = [panel for panel in built if panel.is_above and not self.form_comes_first]
        context["panels_above"] = above
        context["panels_below"] = [panel for panel in built if panel not in above]
        return super().render_change_form(request, context, *args, **kwargs)

    change_form_before_template = "admin/seen.html"
    change_form_outer_before_template = "admin/panels/above.html"
    change_form_outer_after_template = "admin/panels/below.html"

    def get_deleted_objects(
        self, objs: QuerySet[Any] | list[Any], request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        used = [
            format_html("“{}” is used by {}", row, words) for row in objs for words in uses(row)
        ]
        if used:
            return [], {}, set(), used
        listed, counts, lacking, protected = super().get_deleted_objects(objs, request)
        listed, counts = leave_out_inner_rows(listed, counts, {type(row) for row in objs})
        return listed, counts, lacking, protected


class ReadOnlyAdmin(ModelAdmin):
    """Of a table that grows with traffic: looked at, never written by hand, never counted."""

    actions = None
    paginator = InfinitePaginator
    sortable_by = ()
    show_facets = ShowFacets.NEVER
    warn_unsaved_form = False

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Offer no history: nobody writes these rows."""
        return super().render_change_form(
            request, {**context, "show_history": False}, *args, **kwargs
        )

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class PolymorphicParentAdmin(PolymorphicParentModelAdmin, ModelAdmin):
    """The list of all kinds; a row's pages are at the address of its kind."""

    def get_child_type_choices(self, request: HttpRequest, action: str) -> list[tuple[int, str]]:
        """Return the kinds in our order: that of the cache differs from process to process."""
        order = [model._meta.verbose_name for model in self.get_child_models()]
        choices = super().get_child_type_choices(request, action)
        return sorted(choices, key=lambda choice: order.index(choice[1]))

    def render_add_type_form(
        self, request: HttpRequest, context: dict[str, Any], form_url: str = ""
    ) -> HttpResponse:
        """Say of each kind what it is."""
        context["kinds"] = [
            (pk, name, self._get_real_admin_by_ct(pk).invitation)
            for pk, name in self.get_child_type_choices(request, "add")
        ]
        return super().render_add_type_form(request, context, form_url)

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        kind = keys.read(request.GET.get("ct_id"))
        if kind is None:
            return self.add_type_view(request)
        return self._to(self._get_real_admin_by_ct(kind).model, request, "add")

    def _get_real_admin(self, object_id: str, *args: Any, **options: Any) -> Any:
        if keys.read(object_id) is None:
            raise Http404
        return super()._get_real_admin(object_id, *args, **options)

    def change_view(self, request: HttpRequest, object_id: str, *args: Any) -> HttpResponse:
        return self._to(self._get_real_admin(object_id).model, request, "change", object_id)

    def history_view(self, request: HttpRequest, object_id: str, *args: Any) -> HttpResponse:
        return self._to(self._get_real_admin(object_id).model, request, "history", object_id)

    def delete_view(self, request: HttpRequest, object_id: str, *args: Any) -> HttpResponse:
        return self._to(self._get_real_admin(object_id).model, request, "delete", object_id)

    def _to(
        self, kind: type[Model], request: HttpRequest, page: str, *args: str
    ) -> HttpResponseRedirect:
        query = request.GET.copy()
        # The filters of this list are none that the list of the kind knows.
        query.pop("_changelist_filters", None)
        query.pop("ct_id", None)
        address = reverse(f"admin:{kind._meta.app_label}_{kind._meta.model_name}_{page}", args=args)
        return HttpResponseRedirect(f"{address}?{query.urlencode()}" if query else address)


class PolymorphicChildAdmin(PolymorphicChildModelAdmin, ModelAdmin):
    show_in_index = True

    def response_post_save_add(self, request: HttpRequest, obj: Model) -> HttpResponse:
        """Lead back to the list of the kind, not to that of all kinds."""
        return ModelAdmin.response_post_save_add(self, request, obj)

    def response_post_save_change(self, request: HttpRequest, obj: Model) -> HttpResponse:
        return ModelAdmin.response_post_save_change(self, request, obj)
