"""The field in which a JSON object is typed."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.fields import InvalidJSONInput

from apps.assets import extra_data

# Far beyond what is accepted, and nothing that a reader of JSON is troubled by.
MAX_TYPED = 20_000


class ExtraDataField(forms.JSONField):
    """Takes what is no JSON, or JSON built to break its reader, and gives it back as typed."""

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and len(value) > MAX_TYPED:
            raise ValidationError(f"{len(value)} characters are too many.", code="invalid")
        try:
            found = super().to_python(value)
        except RecursionError as error:
            raise ValidationError("This is nested too deeply.", code="invalid") from error
        except ValueError as error:
            # Python reads no number of more than 4,300 digits.
            raise ValidationError("A number is too large.", code="invalid") from error
        if found is None and value not in self.empty_values:
            raise ValidationError(extra_data.wrong_with(found), code="invalid")
        # The column holds an object, also where nothing is written.
        return {} if found is None else found

    def bound_data(self, data: Any, initial: Any) -> Any:
        return initial if self.disabled or data is None else InvalidJSONInput(data)

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return super().has_changed(initial, data)
        except ValidationError:
            return True
