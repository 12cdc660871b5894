"""Steps that change something or tell somebody."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from apps.journeys.documents import bounds
from apps.journeys.forms.base import StepForm
from apps.journeys.forms.fields import EventInput
from apps.journeys.forms.rows import Row, rows_of
from apps.journeys.models import TagStep, TrackStep, UpdateStep, WebhookStep
from apps.journeys.models.steps import shapes

OPS = [
    ("set", "Set"),
    ("unset", "Remove"),
    ("add", "Add to the list"),
    ("increment", "Increase by"),
]
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
SOURCE = re.compile(r"(state|event)\.[A-Za-z_][A-Za-z0-9_]*")
VALUE_HELP = "A number, true or false, or a text, which may hold tags."
MOST_DIGITS = 15


def typed(text: str) -> Any:
    """Return what somebody wrote as a number, a yes or no, or a list of such where it is one,
    else as the text."""
    try:
        # NaN and Infinity are words: no database has them as numbers.
        value = json.loads(text, parse_constant=str)
    except (ValueError, RecursionError):
        return text
    if isinstance(value, list):
        return value if value and all(map(_is_plain, value)) else text
    return value if not isinstance(value, str) and _is_plain(value) else text


def _is_plain(value: Any) -> bool:
    if isinstance(value, str | bool):
        return not bounds.problem(value)
    # Which a number without end is not.
    is_number = isinstance(value, int | float) and abs(value) <= shapes.MAX_NUMBER
    return is_number and len(json.dumps(value)) <= MOST_DIGITS


def as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


class ChangeRow(Row):
    op = forms.ChoiceField(label="Change", choices=OPS)
    name = forms.CharField(
        label="Property", max_length=100, widget=forms.TextInput(attrs={"list": "known-properties"})
    )
    value = forms.CharField(label="Value", required=False, max_length=1000, help_text=VALUE_HELP)

    def clean_name(self) -> str:
        name = self.cleaned_data["name"].removeprefix("state.")
        if not NAME.fullmatch(name):
            raise ValidationError("A name has letters, digits and _ only.")
        return name

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        value, op = typed(cleaned.get("value") or ""), cleaned.get("op")
        if op == "increment" and not shapes.may_be_number(value):
            self.add_error("value", "Write by how much, as a number or a tag.")
        elif op in ("set", "add") and value == "":
            self.add_error("value", "Write the value.")
        cleaned["value"] = value
        return cleaned


class UpdateForm(StepForm):
    rows = {"changes": rows_of(ChangeRow, heading="Changes, in this order", add="Add a change")}
    begins_with = {"changes": [{"op": "set", "name": "", "value": ""}]}

    class Meta:
        model = UpdateStep
        fields = ("name",)

    def initial_rows(self, name: str) -> list[dict[str, Any]]:
        rows = self.instance.changes
        return [{**row, "value": as_text(row.get("value", ""))} for row in rows]

    def stored_rows(self, name: str) -> list[dict[str, Any]]:
        rows = super().stored_rows(name)
        return [
            {
                part: row[part]
                for part in ("op", "name", "value")
                if row["op"] != "unset" or part != "value"
            }
            for row in rows
        ]

    def made_name(self, values: Mapping[str, Any], rows: Sequence[Mapping[str, Any]] = ()) -> str:
        first = rows[:1]
        return f"Update {first[0]['name']}" if first else "Update state"


class PropertyRow(Row):
    name = forms.CharField(label="Name", max_length=100)
    value = forms.CharField(label="Value", required=False, max_length=1000, help_text=VALUE_HELP)

    def clean_name(self) -> str:
        if not NAME.fullmatch(self.cleaned_data["name"]):
            raise ValidationError("A name has letters, digits and _ only.")
        return self.cleaned_data["name"]


class HeaderRow(PropertyRow):
    value = forms.CharField(label="Value", max_length=1000, help_text="It may hold tags.")

    def clean_name(self) -> str:
        if not HEADER.fullmatch(self.cleaned_data["name"]):
            raise ValidationError("This is not the name of a header.")
        return self.cleaned_data["name"]

    def clean_value(self) -> str:
        value = self.cleaned_data["value"]
        if "\n" in value or "\r" in value:
            raise ValidationError("A header is one line.")
        return value


class NamedValues:
    """Of a form whose rows are an object of names and values in the model."""

    def initial_rows(self, name: str) -> list[dict[str, Any]]:
        stored = getattr(self.instance, name)
        return [{"name": key, "value": as_text(value)} for key, value in stored.items()]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for rows in self.formsets.values():
            names = [row["name"] for row in rows.values()] if rows.is_valid() else []
            twice = next((name for name in names if names.count(name) > 1), "")
            if twice:
                self.add_error(None, f"“{twice}” is there twice.")
        return cleaned


class TrackForm(NamedValues, StepForm):
    rows = {"properties": rows_of(PropertyRow, heading="Properties", add="Add a property")}

    class Meta:
        model = TrackStep
        fields = ("event", "name")
        widgets = {"event": EventInput()}
        help_texts = {"event": "Other journeys and segments hear it."}

    def stored_rows(self, name: str) -> dict[str, Any]:
        return {row["name"]: typed(row["value"]) for row in super().stored_rows(name)}

    def made_name(self, values: Mapping[str, Any], rows: Sequence[Mapping[str, Any]] = ()) -> str:
        return f"Track {values.get('event') or 'event'}"


class TagForm(StepForm):
    class Meta:
        model = TagStep
        fields = ("tag", "source", "name")
        labels = {"tag": "Tag", "source": "Keeps the value of"}
        help_texts = {
            "tag": "Later steps write it as {{ journey.this_name }}.",
            "source": "A property as state.first_name, or one of the event as event.price.",
        }
        widgets = {"source": forms.TextInput(attrs={"list": "known-sources"})}

    def clean_tag(self) -> str:
        tag = self.cleaned_data["tag"].removeprefix("journey.")
        if not NAME.fullmatch(tag):
            raise ValidationError("A name has letters, digits and _ only.")
        return tag

    def clean_source(self) -> str:
        if not SOURCE.fullmatch(self.cleaned_data["source"]):
            raise ValidationError("Write state. or event. and the name of a property.")
        return self.cleaned_data["source"]

    def made_name(self, values: Mapping[str, Any], rows: Sequence[Mapping[str, Any]] = ()) -> str:
        return f"Keep {values.get('tag') or 'a value'}"


class WebhookForm(NamedValues, StepForm):
    rows = {"headers": rows_of(HeaderRow, heading="Headers", add="Add a header")}

    class Meta:
        model = WebhookStep
        fields = ("method", "url", "body", "patience_hours", "name")
        widgets = {
            "body": forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "class": "code"})
        }
        help_texts = {
            "url": "It begins with https:// and may hold tags.",
            "patience_hours": "How long it tries again while nobody answers.",
        }

    def clean_url(self) -> str:
        url = self.cleaned_data["url"]
        if not url.startswith(("https://", "http://")):
            raise ValidationError("An address begins with https://.")
        return url

    def stored_rows(self, name: str) -> dict[str, str]:
        return {row["name"]: row["value"] for row in super().stored_rows(name)}

    def made_name(self, values: Mapping[str, Any], rows: Sequence[Mapping[str, Any]] = ()) -> str:
        return "Webhook"
