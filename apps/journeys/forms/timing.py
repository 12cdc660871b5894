"""Steps that let time pass."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from apps.journeys.forms.base import StepForm
from apps.journeys.forms.fields import (
    DateInput,
    EventInput,
    TimeInput,
    WeekdaysField,
    WhereField,
    problems_of_event,
)
from apps.journeys.forms.rows import Row, rows_of
from apps.journeys.models import WaitForEventStep, WaitStep

Until = WaitStep.Until
A_DATE = (Until.DATE, Until.PROPERTY)


class WaitForm(StepForm):
    weekdays = WeekdaysField(label="On these days", help_text="None: on any day.")
    shown_for = {
        "amount": ("until", (Until.DURATION,)),
        "unit": ("until", (Until.DURATION,)),
        "on_date": ("until", (Until.DATE,)),
        "property": ("until", (Until.PROPERTY,)),
        "at_time": ("until", (*A_DATE, Until.HOUR)),
        "weekdays": ("until", (Until.HOUR,)),
    }

    class Meta:
        model = WaitStep
        fields = ("until", "amount", "unit", "on_date", "property", "weekdays", "at_time", "name")
        widgets = {"on_date": DateInput(), "at_time": TimeInput()}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self.need("on_date", "Write until which date it waits.")
        self.need("property", "Write which property holds the date.")
        if cleaned.get("until") == Until.HOUR:
            self.need("at_time", "Write until which hour it waits.")
        return cleaned

    def made_name(self, values: Mapping[str, Any], rows: Sequence[Mapping[str, Any]] = ()) -> str:
        found = values
        if found.get("until") == Until.DURATION and found.get("amount"):
            unit = str(found.get("unit"))
            return f"Wait {found['amount']} {unit[:-1] if found['amount'] == 1 else unit}"
        return "Wait"


class EventRow(Row):
    key = forms.CharField(required=False, widget=forms.HiddenInput)
    event = forms.CharField(label="Event", max_length=100, widget=EventInput())
    name = forms.CharField(
        label="Called", required=False, max_length=100, help_text="Empty: by the event’s name."
    )
    where = WhereField(label="Where", event="event")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        where = cleaned.get("where") or []
        for message in problems_of_event(cleaned.get("event", ""), where, self.known):
            self.add_error("where", message)
        return cleaned


class WaitForEventForm(StepForm):
    rows = {
        "events": rows_of(
            EventRow,
            heading="Events, the first to happen wins",
            add="Add an event",
            reserved=("timeout",),
        )
    }
    below = {"events": ("amount", "unit")}
    begins_with = {"events": [{"key": "", "event": "", "name": "", "where": []}]}

    class Meta:
        model = WaitForEventStep
        fields = ("amount", "unit", "name")
        labels = {"amount": "At most for"}

    def made_name(self, values: Mapping[str, Any], rows: Sequence[Mapping[str, Any]] = ()) -> str:
        first = rows[:1]
        return (
            f"Wait for {first[0].get('name') or first[0]['event']}" if first else "Wait for event"
        )
