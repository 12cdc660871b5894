"""Fields and widgets of the builder's forms: the browser's own inputs, and a few of ours."""

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from apps.journeys.models.terms import check_pauses
from apps.segments import reading, rules
from apps.segments.rules import Context

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
WEEKDAYS = [(str(day), name) for day, name in enumerate(DAYS)]
PAUSES = "Write the days of each pause, for example 3, 7, 30."


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class TimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class MomentInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class NumbersField(forms.CharField):
    """Whole numbers as people write them: 3, 7, 30. With `once` they are days of which each is
    meant once, in whatever order they were written."""

    def __init__(
        self, *, least: int, most: int, told: str, once: bool = False, **options: Any
    ) -> None:
        self.least, self.most, self.told, self.once = least, most, told, once
        super().__init__(**{"max_length": 200, **options})

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(str(number) for number in value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[int]:
        parts = [part.strip() for part in str(value or "").split(",") if part.strip()]
        if not all(part.isascii() and part.isdecimal() and len(part) < 6 for part in parts):
            raise ValidationError(self.told)
        numbers = [int(part) for part in parts]
        if not all(self.least <= number <= self.most for number in numbers):
            raise ValidationError(self.told)
        return sorted(set(numbers)) if self.once else numbers

    def run_validators(self, value: Any) -> None:
        """Leave it to the model's: these are numbers, not a text."""


class PausesField(NumbersField):
    def __init__(self, **options: Any) -> None:
        super().__init__(least=1, most=3650, told=PAUSES, **options)

    def run_validators(self, value: Any) -> None:
        check_pauses(value)


class WeekdaysField(forms.TypedMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"choices": WEEKDAYS, "coerce": int, "required": False, **options})

    def prepare_value(self, value: Any) -> Any:
        return [str(day) for day in value] if isinstance(value, list) else value

    def clean(self, value: Any) -> list[int]:
        return sorted(set(super().clean(value)))


class EventInput(forms.TextInput):
    """The name of an event; those that the site has tracked are offered (`#known-events`)."""

    def __init__(self) -> None:
        attrs = {"list": "known-events", "autocomplete": "off", "spellcheck": "false"}
        super().__init__(attrs=attrs)


class WhereWidget(forms.Textarea):
    """A text area that `journeys/where.js` makes conditions on an event's properties of."""

    template_name = "admin/journeys/where_widget.html"
    site: int | None = None
    event = ""

    def __init__(self) -> None:
        super().__init__(attrs={"rows": 3, "spellcheck": "false"})

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        # A row among others knows the number of its own event only by its own name.
        event = f"{name.rpartition('-')[0]}-{self.event}" if "-" in name else self.event
        return {**context, "site": self.site, "event_name": event}


class WhereField(forms.JSONField):
    """Conditions on the properties of the event that the field `event` beside it names."""

    widget = WhereWidget

    def __init__(self, *, event: str, **options: Any) -> None:
        super().__init__(**{"required": False, **options})
        self.widget.event = event

    def to_python(self, value: Any) -> list[Any]:
        try:
            is_text = isinstance(value, str)
            found = (reading.read(value) if value.strip() else None) if is_text else value
        except reading.Unreadable as error:
            raise ValidationError("This is not readable as conditions.") from error
        if found in (None, "", {}):
            return []
        if not isinstance(found, list):
            raise ValidationError("These are no conditions.")
        return found

    def bound_data(self, data: Any, initial: Any) -> Any:
        """Return what was typed, as it was typed."""
        return forms.fields.InvalidJSONInput(data or "")

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            now = self.to_python(data)
        except ValidationError:
            return True
        return json.dumps(now, sort_keys=True) != json.dumps(initial or [], sort_keys=True)


def problems_of_event(event: str, where: list[Any], context: Context) -> list[str]:
    """Return what is wrong with conditions on the properties of an event."""
    if not where:
        return []
    once = {"event": event, "measure": "count", "op": "gte", "value": 1, "where": where}
    return [problem.message for problem in rules.problems({"all": [once]}, context)]
