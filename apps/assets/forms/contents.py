"""The content of an asset: its texts and addresses name only what the site knows."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from apps.accounts.models import Site
from apps.assets import known
from apps.assets.forms.extra_data import ExtraDataField
from apps.assets.forms.lines import check_lines
from apps.assets.models import Asset, AssetLabel, Popup, Push
from apps.assets.tags import Known, problems


def check_names(
    form: forms.BaseForm, names: Known, *, texts: Iterable[str], addresses: Iterable[str]
) -> None:
    """Add an error to each field of the form whose tags name what the site does not know."""
    addresses = tuple(addresses)
    for field in (*texts, *addresses):
        if written := form.cleaned_data.get(field):
            wrong = problems(written, names, is_address=field in addresses)
            if wrong:
                form.add_error(field, ValidationError([str(each) for each in wrong]))


class AssetForm(forms.ModelForm):
    def site(self) -> Site | None:
        if "site" in self.fields:
            return self.cleaned_data.get("site")
        return self.instance.site if self.instance.site_id else None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        kind: type[Asset] = self._meta.model
        check_lines(self, kind.TEXTS)
        if site := self.site():
            check_names(self, known.names(site), texts=kind.TEXTS, addresses=kind.ADDRESSES)
            self._check_labels(cleaned.get("labels"), site)
        return cleaned

    def _check_labels(self, chosen: Iterable[AssetLabel] | None, site: Site) -> None:
        if any(label.site_id != site.pk for label in chosen or ()):
            self.add_error("labels", ValidationError("Choose labels of the asset's own site."))


class PushForm(AssetForm):
    class Meta:
        model = Push
        fields = ("site", "name", "status", "labels", *Push.CONTENT)
        field_classes = {"data": ExtraDataField}


class PopupForm(AssetForm):
    class Meta:
        model = Popup
        fields = ("site", "name", "status", "labels", *Popup.CONTENT)
