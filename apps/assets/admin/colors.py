from typing import Any

from unfold.widgets import UnfoldAdminTextInputWidget

from apps.assets.colors import DEFAULTS


class ColorInput(UnfoldAdminTextInputWidget):
    """A text field with the browser's own picker beside it; empty where the default counts."""

    template_name = "admin/assets/popup_color.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["picked"] = value or DEFAULTS.get(name, "#ffffff")
        context["default"] = DEFAULTS.get(name, "")
        return context
