"""A secret that somebody pastes: sent once, and never shown again."""

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminTextareaWidget


class SecretTextarea(UnfoldAdminTextareaWidget):
    """A form that was refused comes back without what was pasted."""

    def __init__(self) -> None:
        super().__init__({"rows": 5, "autocomplete": "off", "spellcheck": "false"})

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        return super().get_context(name, None, attrs)


class SecretField(forms.CharField):
    widget = SecretTextarea

    def __init__(self, **more: Any) -> None:
        super().__init__(**{"max_length": 5_000, **more})
