"""The content of an asset: its texts and addresses name only what the site knows."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from apps.accounts.models import Site
from apps.assets import known, labels
from apps.assets.forms import spans
from apps.assets.forms.extra_data import ExtraDataField
from apps.assets.forms.lines import check_lines
from apps.assets.forms.spans import SpanWidget
from apps.assets.forms.widgets import image_widgets, offer_images
from apps.assets.models import Asset, AssetLabel, Push
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
    def __init__(self, *args: Any, known: Known | None = None, **options: Any) -> None:
        """`known` is what the site knows, where that has been loaded already."""
        super().__init__(*args, **options)
        self.known = known
        offer_images(self, self.instance.site if self.instance.site_id else None)

    def site(self) -> Site | None:
        if "site" in self.fields:
            return self.cleaned_data.get("site")
        return self.instance.site if self.instance.site_id else None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        kind: type[Asset] = self._meta.model
        check_lines(self, kind, kind.TEXTS)
        if site := self.site():
            names = known.names(site) if self.known is None else self.known
            check_names(self, names, texts=kind.TEXTS, addresses=kind.ADDRESSES)
            self._check_labels(cleaned.get("labels"), site)
        return cleaned

    def _check_labels(self, chosen: Iterable[AssetLabel] | None, site: Site) -> None:
        if any(label.pk and label.site_id != site.pk for label in chosen or ()):
            self.add_error("labels", ValidationError("Choose labels of the asset's own site."))
        # By name, as apps.assets.admin.label_field has them.
        named = [label.name for label in chosen or () if label.pk is None]
        if named and not self.fields["labels"].may_create:
            for name in labels.missing(site, named):
                words = f"This site has no label “{name}”, and you may not make new ones."
                self.add_error("labels", ValidationError(words))


class PushForm(AssetForm):
    class Meta:
        model = Push
        fields = ("site", "name", "status", "labels", *Push.CONTENT)
        field_classes = {"data": ExtraDataField}
        widgets = {**image_widgets(Push), "ttl": SpanWidget}
        # The model counts seconds; here they are written as people say them.
        help_texts = {
            "ttl": "How long the push waits for a browser that is offline: 30 days at most."
        }
        error_messages = {"ttl": spans.error_messages(Push._meta.get_field("ttl"))}
