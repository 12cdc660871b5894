"""Rows of other models in a row's form: the theme's inlines as the house uses them."""

import copy
from typing import Any

from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db.models import Field
from django.forms import Field as FormField
from django.forms import Media, ModelForm
from django.http import HttpRequest
from django.utils.text import capfirst
from polymorphic.admin import StackedPolymorphicInline
from polymorphic.formsets import BasePolymorphicInlineFormSet
from unfold import admin as unfold
from unfold.mixins import BaseModelAdminMixin
from unfold.overrides import FORMFIELD_OVERRIDES, FORMFIELD_OVERRIDES_INLINE

from apps.accounts.overwriting import tells_what_is_gone
from apps.accounts.uniqueness import told_at_fields


class PolymorphicFormSet(BasePolymorphicInlineFormSet):
    @property
    def empty_form(self) -> ModelForm:
        """Say "there is none" so that Unfold's `hasattr` hears it: there is one per kind."""
        raise AttributeError("A polymorphic formset has `empty_forms`.")


class PolymorphicInline(StackedPolymorphicInline):
    formset = PolymorphicFormSet
    polymorphic_media = StackedPolymorphicInline.polymorphic_media + Media(
        js=["admin/polymorphic_inlines.js"]
    )
    tab = hide_title = collapsible = False
    ordering_field = None

    class Child(BaseModelAdminMixin, StackedPolymorphicInline.Child):
        def __init__(self, parent_inline: StackedPolymorphicInline) -> None:
            overrides = copy.deepcopy({**FORMFIELD_OVERRIDES, **FORMFIELD_OVERRIDES_INLINE})
            for kind, options in self.formfield_overrides.items():
                overrides.setdefault(kind, {}).update(options)
            self.formfield_overrides = overrides
            # Past Unfold's constructor, which takes a model and a site instead.
            StackedPolymorphicInline.Child.__init__(self, parent_inline)

        def formfield_for_dbfield(
            self, db_field: Field, request: HttpRequest, **kwargs: Any
        ) -> FormField | None:
            """Offer no "add another": in a new row it would fill the template of the rows."""
            found = super().formfield_for_dbfield(db_field, request, **kwargs)
            if found and isinstance(found.widget, RelatedFieldWidgetWrapper):
                found.widget = found.widget.widget
            return found


class _Inline:
    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> type:
        form = tells_what_is_gone(told_at_fields(self.form))
        return super().get_formset(request, obj, **{"form": form, **kwargs})


class TabularInline(_Inline, unfold.TabularInline):
    def formfield_for_dbfield(
        self, db_field: Field, request: HttpRequest, **kwargs: Any
    ) -> FormField | None:
        """Give each input a name: the head of its column is none to a screen reader."""
        found = super().formfield_for_dbfield(db_field, request, **kwargs)
        if found:
            found.widget.attrs.setdefault("aria-label", capfirst(found.label))
        return found


class StackedInline(_Inline, unfold.StackedInline):
    pass
