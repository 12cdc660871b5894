"""A label tag and its values under rules."""

from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from apps.accounts.models import Site
from apps.assets import known, label_uses
from apps.assets.forms.contents import check_names
from apps.assets.models import LabelTag, LabelValue
from apps.assets.tags import Known
from apps.segments import catalogue
from apps.segments.forms import RuleField, RuleForm
from apps.segments.rules import Context

MAX_VALUES = 50
MAX_NAMED = 3


class LabelTagForm(forms.ModelForm):
    class Meta:
        model = LabelTag
        fields = ("site", "name", "value")

    def clean_name(self) -> str:
        """Refuse another name for what is written in texts: they would say nothing there."""
        name = self.cleaned_data["name"]
        if self.instance.pk and "name" in self.changed_data:
            before = LabelTag.objects.get(pk=self.instance.pk)
            if used := list(dict.fromkeys(use.asset.name for use in label_uses.of(before))):
                shown = ", ".join(f"“{each}”" for each in used[:MAX_NAMED])
                more = f" and {len(used) - MAX_NAMED} more" if len(used) > MAX_NAMED else ""
                raise ValidationError(
                    f"{{{{ label.{before.name} }}}} is written in {shown}{more}. Make another "
                    "label tag, write that one there, then delete this one."
                )
        return name

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        site = cleaned.get("site") or (self.instance.site if self.instance.site_id else None)
        if site:
            check_names(self, _known(site), texts=("value",), addresses=())
        return cleaned


def _known(site: Site) -> Known:
    """Return what a label tag may name. Of other label tags the model says that it may none,
    whether they exist or not."""
    return {**known.names(site), "label": None}


class LabelValueFormSet(forms.BaseInlineFormSet):
    """Tells its forms, once for all of them, what their site knows."""

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {**super().get_form_kwargs(index), "among": self}

    @property
    def site(self) -> Site | None:
        return self.instance.site if self.instance.site_id else None

    @cached_property
    def context(self) -> Context:
        return catalogue.of_site(self.site)

    @cached_property
    def names(self) -> Known:
        return _known(self.site)


class LabelValueForm(RuleForm):
    rule = RuleField(label="For contacts who")
    position = forms.IntegerField(
        label="Order",
        required=False,
        min_value=0,
        max_value=1000,
        widget=UnfoldAdminIntegerFieldWidget(),
        help_text="The lowest is asked first. Empty: the last.",
    )

    class Meta:
        model = LabelValue
        fields = ("value", "rule", "position")

    def __init__(self, *args: Any, among: LabelValueFormSet, **options: Any) -> None:
        self.among = among
        super().__init__(*args, **options)
        if self.instance.pk is None:
            self.initial["position"] = None

    def known_site(self) -> Site | None:
        return self.among.site

    def context(self, site: Site) -> Context:
        return self.among.context

    def has_changed(self) -> bool:
        """A new row that is nothing but numbered was not written."""
        changed = set(self.changed_data)
        return bool(changed - {"position"} if self.instance.pk is None else changed)

    def clean_position(self) -> int:
        position = self.cleaned_data["position"]
        return 1000 if position is None else position

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.among.site:
            check_names(self, self.among.names, texts=("value",), addresses=())
        return cleaned
