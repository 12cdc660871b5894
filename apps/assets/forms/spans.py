"""A span of time as people say it, a number and a unit, where seconds are stored."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

NOT_A_NUMBER = "Write a number, such as 2 or 1.5."
UNITS = {"minutes": 60, "hours": 3_600, "days": 86_400}
NUMBER = re.compile(r"\s*\d{1,9}([.,]\d{1,3})?\s*\Z")
# More are no span: what was typed is handed back, to be refused beside the field.
MAX_DIGITS = 14


def said(seconds: int) -> str:
    """Return the span as people say it: 1 minute, 30 days."""
    number, unit = SpanWidget().decompress(seconds)
    return f"{number} {unit.removesuffix('s') if number == '1' else unit}"


def error_messages(field: models.Field) -> dict[str, str]:
    """Return what a form says of the field that a SpanWidget shows: not how many seconds it may
    hold, which nobody has written."""
    messages = {"invalid": NOT_A_NUMBER}
    for validator in field.validators:
        if isinstance(validator, MinValueValidator):
            messages["min_value"] = f"At least {said(validator.limit_value)}."
        elif isinstance(validator, MaxValueValidator):
            messages["max_value"] = f"At most {said(validator.limit_value)}."
    return messages


class SpanWidget(forms.MultiWidget):
    """Two inputs, `NAME_0` and `NAME_1`; a plain `NAME` in seconds is read as well."""

    template_name = "admin/assets/span_widget.html"

    def __init__(self) -> None:
        number = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        unit = forms.Select(choices=[(name, name) for name in UNITS], attrs={"aria-label": "Unit"})
        super().__init__([number, unit])

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_0" if id_ else id_

    def decompress(self, value: Any) -> list[str]:
        """Return the number in the largest unit that makes it a whole one."""
        text = str(value if value is not None else "").strip()
        if not text.isascii() or not text.isdecimal() or len(text) > MAX_DIGITS:
            return [text, "minutes"]
        seconds = int(text)
        fitting = [name for name, size in UNITS.items() if seconds and seconds % size == 0]
        if fitting:
            return [str(seconds // UNITS[fitting[-1]]), fitting[-1]]
        return [f"{Decimal(seconds) / 60:.3f}".rstrip("0").rstrip("."), "minutes"]

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        if name in data:
            return data[name]
        number, unit = data.get(f"{name}_0"), data.get(f"{name}_1")
        if number is None:
            return None
        if not NUMBER.match(number) or unit not in UNITS or len(number) > MAX_DIGITS:
            return number
        # To the nearest second: 1.333 minutes are 80.
        return str(round(Decimal(number.strip().replace(",", ".")) * UNITS[unit]))

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return name not in data and f"{name}_0" not in data
