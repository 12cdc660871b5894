"""A variation: for whom, and its own content, field by field as the asset's own form has it."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from unfold.widgets import UnfoldBooleanSwitchWidget

from apps.accounts.models import Site
from apps.assets import known, variations
from apps.assets.forms.contents import PushForm, check_names
from apps.assets.forms.lines import check_lines
from apps.assets.forms.popups import PopupForm
from apps.assets.models import Asset, Popup, Push, Variation
from apps.segments.forms import RuleField, RuleForm

SAME = "same_"


class VariationForm(RuleForm):
    """The fields of the kind's VARIED under their own names, each with a switch before whose name
    stands `same_`: where it is on, the field is not in `content`.

    `VariationForm(data, instance=variation)`; the instance has its asset, or the class has.
    Afterwards `cleaned_data` and the instance hold `content`, with only what differs.
    """

    # Whose new variation it is, where the instance does not say.
    asset: Asset | None = None
    # See apps.accounts.overwriting.
    also_seen = ("content",)
    # The forms that the fields are taken from, with all that they know about them.
    kind_forms: Mapping[type[Asset], type[forms.ModelForm]] = {Push: PushForm, Popup: PopupForm}

    rule = RuleField(
        label="For contacts who",
        help_text="Of the variations that are active, the first in order whose rule is met wins. "
        "No condition: everybody.",
    )

    class Meta:
        model = Variation
        fields = ("name", "status", "rule", "has_own_buttons")

    def __init__(self, data: Any = None, *args: Any, **options: Any) -> None:
        instance = options.pop("instance", None) or Variation()
        if not instance.asset_id:
            instance.asset = self.asset
        self.asset = instance.asset = instance.asset.get_real_instance()
        self.kind = type(self.asset)
        self.made, self.own = self._made(), dict(instance.content)
        super().__init__(self._filled(data), *args, instance=instance, **options)
        self._add_content()

    @property
    def varied(self) -> tuple[str, ...]:
        return self.kind.VARIED

    def known_site(self) -> Site:
        return self.instance.asset.site

    def clean(self) -> dict[str, Any]:
        if self.instance.pk is None and not variations.has_room(self.asset):
            most = f"An asset has at most {variations.MAX_VARIATIONS} variations."
            self.add_error(None, ValidationError(most))
        cleaned = super().clean()
        for name in self.varied:
            if cleaned.get(SAME + name):
                self._leave_out(name)
        own = [name for name in self.varied if not cleaned.get(SAME + name)]
        for name in own:
            self._validate(name)
        check_lines(self, self.kind, [name for name in self.kind.TEXTS if name in own])
        check_names(
            self,
            known.names(self.known_site()),
            texts=[name for name in self.kind.TEXTS if name in own],
            addresses=[name for name in self.kind.ADDRESSES if name in own],
        )
        cleaned["content"] = {name: cleaned[name] for name in own if name in cleaned}
        return cleaned

    def _post_clean(self) -> None:
        super()._post_clean()
        # Not where a form of less was sent: what is stored then is kept.
        if "content" in self.cleaned_data:
            self.instance.content = self.cleaned_data["content"]

    def _leave_out(self, name: str) -> None:
        """Take the default's value, unless something else was written and would be lost."""
        self._errors.pop(name, None)
        written = self.data.get(self.add_prefix(name))
        self.cleaned_data[name] = getattr(self.asset, name)
        if _plain(written) not in ("", _plain(self._default(name))):
            text = "It differs from the default. Switch “Same as default” off to keep it."
            self.add_error(name, ValidationError(text))

    def _validate(self, name: str) -> None:
        """Check what the field holds as saving the asset would: those are not the form's."""
        if name in self.cleaned_data:
            field, value = self.kind._meta.get_field(name), self.cleaned_data[name]
            try:
                # An empty text is no JSON; it means what a new asset has there.
                value = field.get_default() if value is None else value
                self.cleaned_data[name] = field.clean(value, self.asset)
            except ValidationError as error:
                self.add_error(name, error)

    def _made(self) -> dict[str, forms.Field]:
        """Return the fields of the kind as its own form makes them."""
        made = self.kind_forms[self.kind](instance=self.asset).fields
        # Who may not change the asset has a form without them.
        model = self.kind._meta
        return {name: made.get(name) or model.get_field(name).formfield() for name in self.varied}

    def _add_content(self) -> None:
        """Add the fields of the kind, and a switch to each."""
        for name, field in self.made.items():
            self.fields[name] = field
            self.initial[name] = self.instance.content.get(name, getattr(self.asset, name))
            self.fields[SAME + name] = forms.BooleanField(
                label="Same as default",
                required=False,
                widget=UnfoldBooleanSwitchWidget(
                    {
                        "aria-label": f"{capfirst(field.label)}: same as default",
                        "data-same-as": name,
                        "data-default": self._default(name),
                    }
                ),
            )
            self.initial[SAME + name] = name not in self.instance.content

        if field := self.fields.get("has_own_buttons"):
            labels = self.asset.buttons.filter(variation=None).values_list("label", flat=True)
            those = ", ".join(f"“{label}”" for label in labels) or "none"
            field.help_text = f"Off: those of the default content, {those}."

    def _default(self, name: str) -> str:
        """Return the default's value as the field shows it."""
        return self._written(name, getattr(self.asset, name))

    def _written(self, name: str, value: Any) -> str:
        shown = self.made[name].prepare_value(value)
        return "" if shown is None else str(shown)

    def _filled(self, data: Any) -> Any:
        """Return what was sent, with the default's value in each field that is the same: a page
        does not send those, and shows them again when something else is wrong. A field of which
        nothing was sent was not on the page: it stays as it is."""
        if not data:
            return data
        filled, stored = data.copy(), self.asset.own_content | self.own
        for name in self.varied:
            if name in data:
                continue
            if SAME + name not in data and name not in self.own:
                filled[SAME + name] = "on"
            is_same = bool(filled.get(SAME + name))
            filled[name] = self._default(name) if is_same else self._written(name, stored[name])
        return filled


def _plain(text: Any) -> str:
    """Return the text without what browsers and fields do to its ends."""
    return str(text or "").replace("\r\n", "\n").strip()
