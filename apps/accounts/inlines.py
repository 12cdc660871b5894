"""Rows of other models in a row's form: the theme's inlines as the house uses them."""

from typing import Any

from django.db.models import Field
from django.forms import Field as FormField
from django.http import HttpRequest
from django.utils.text import capfirst
from unfold import admin as unfold

from apps.accounts.overwriting import tells_what_is_gone
from apps.accounts.uniqueness import told_at_fields


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
