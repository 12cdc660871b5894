"""A popup in a form: what makes sense together on a page, and what can be read."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from apps.assets import colors, pages
from apps.assets.forms import asking
from apps.assets.forms.asking import OF_THE_BROWSER
from apps.assets.forms.buttons import ButtonForm, ButtonFormSet, VariationButtonFormSet
from apps.assets.forms.contents import AssetForm
from apps.assets.forms.widgets import image_widgets
from apps.assets.models import Button, Popup, Variation

Layout, Position, Action = Popup.Layout, Popup.Position, Button.Action

# Where each layout can be; the first is the usual one.
POSITIONS: dict[str, tuple[str, ...]] = {
    Layout.BOX: (Position.CENTER, Position.TOP, Position.BOTTOM),
    Layout.SLIDE: (
        *(Position.BOTTOM_RIGHT, Position.BOTTOM_LEFT),
        *(Position.BOTTOM, Position.TOP),
    ),
    Layout.BAR: (Position.BOTTOM, Position.TOP),
}
EXPLAINED = {
    Layout.BOX: "A box stands in the centre, at the top or at the bottom.",
    Layout.SLIDE: "A slide-in comes in at the bottom, on either side of it, or at the top.",
    Layout.BAR: "A bar goes along the top or the bottom.",
}


class PopupForm(AssetForm):
    class Meta:
        model = Popup
        fields = ("site", "name", "status", "labels", *Popup.CONTENT)
        widgets = image_widgets(Popup)

    def clean_pages(self) -> str:
        text = self.cleaned_data["pages"]
        pages.check(text)
        return pages.clean(text)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self._check_place(cleaned)
        return cleaned

    def _post_clean(self) -> None:
        """Compare colours once the model has said which of them are any."""
        super()._post_clean()
        self._check_colors(self.cleaned_data)

    def _check_place(self, cleaned: dict[str, Any]) -> None:
        layout, position = cleaned.get("layout"), cleaned.get("position")
        if layout and position and position not in POSITIONS[layout]:
            self.add_error("position", ValidationError(EXPLAINED[layout]))
        if position == OF_THE_BROWSER and self._a_variation_asks():
            words = (
                "A button of a variation asks for push permission, and the browser's own question "
            )
            words += "appears at the top: choose another position."
            self.add_error("position", ValidationError(words))
        if layout and layout != Layout.BOX and cleaned.get("is_full_screen_on_phones"):
            words = "Only a box covers the whole screen: the others leave the page usable."
            self.add_error("is_full_screen_on_phones", ValidationError(words))

    def _a_variation_asks(self) -> bool:
        """Of the default's own buttons their formset knows, as they are on the page."""
        rows = Button.objects.filter(action=asking.ASK, asset=self.instance.pk)
        return bool(self.instance.pk) and rows.filter(variation__has_own_buttons=True).exists()

    def _check_colors(self, cleaned: dict[str, Any]) -> None:
        wrong = {name for name in self.errors if name.endswith("_color")}
        chosen = {name: cleaned.get(name) or "" for name in self.fields if name.endswith("_color")}
        for name, words in colors.problems(chosen).items():
            if not wrong & {name, colors.PAIRS[name][0]}:
                self.add_error(name, ValidationError(words, code=colors.FAINT))


class PopupButtonForm(ButtonForm):
    class Meta:
        model = Button
        fields = ("label", "action", "url", "event", "position")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        action = cleaned.get("action")
        for field, needed_by, words in (
            ("url", Action.OPEN, "Write the address that the button opens."),
            ("event", Action.TRACK, "Write the name of the event."),
        ):
            if action and action != needed_by:
                # Not shown for this action, so neither what is wrong with it can be.
                self.errors.pop(field, None)
                cleaned[field] = ""
            elif action and not cleaned.get(field) and field not in self.errors:
                self.add_error(field, ValidationError(words))
        return cleaned


class PopupButtonFormSet(ButtonFormSet):
    """The buttons together, and with where the popup is."""

    def clean(self) -> None:
        super().clean()
        found = asking.problems([self._action(form) for form in self.forms], self._place())
        for place, words in found.items():
            self.forms[place].add_error("action", ValidationError(words))

    def _place(self) -> str | None:
        # A variation is where its popup is; its own `position` is that among the variations.
        row = self.instance.asset if isinstance(self.instance, Variation) else self.instance
        return getattr(row, "position", None)

    def _action(self, form: forms.BaseForm) -> str:
        cleaned = getattr(form, "cleaned_data", {})
        return "" if self._should_delete_form(form) else cleaned.get("action", "")


class PopupVariationButtonFormSet(VariationButtonFormSet, PopupButtonFormSet):
    """The buttons of a popup's variation."""
