"""Reading a snapshot that anybody may have written: through the forms of the editor, with an
error for each asset and field."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.forms import ModelForm
from django.utils.text import capfirst

from apps.assets import fitting, labels
from apps.assets.forms import (
    MAX_BUTTONS,
    PopupButtonForm,
    PopupForm,
    PushButtonForm,
    PushForm,
    asking,
)
from apps.assets.models import Asset, Button, Popup, Push, Variation
from apps.assets.snapshots.knowledge import Knowledge
from apps.assets.snapshots.shapes import Wrong, called, listed, shape, short, type_of, words_of
from apps.assets.snapshots.writing import FORMAT, KINDS, Snapshot, source_of
from apps.assets.tags import problems as unknown_names
from apps.assets.variations import MAX_VARIATIONS
from apps.segments import rules

FORMS: dict[type[Asset], tuple[type[ModelForm], type[ModelForm]]] = {
    Push: (PushForm, PushButtonForm),
    Popup: (PopupForm, PopupButtonForm),
}
PARTS = {"format", "kind", "name", "status", "labels", "content", "buttons", "variations"}
VARIATION_PARTS = {"name", "status", "rule", "content", "has_own_buttons", "buttons"}


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What is wrong with one field of one asset, in words."""

    asset: str
    field: str
    message: str

    def __str__(self) -> str:
        return f"{self.asset}: {self.field}: {self.message}"


@dataclass(kw_only=True)
class Checked:
    """What was read. `snapshot` can be applied when there are no `problems`.

    `unknown` are names in tags that the site does not know: they would be filled with nothing.
    `broken` are rules that the site cannot ask: their variations were made drafts. `too_large`
    says why it can never be sent: it was made a draft as well.
    """

    snapshot: Snapshot = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    unknown: list[Problem] = field(default_factory=list)
    broken: list[Problem] = field(default_factory=list)
    too_large: list[Problem] = field(default_factory=list)


def read(data: Any, knowledge: Knowledge) -> Checked:
    """Return the snapshot in `data`, cleaned as the editor cleans it, with all that is wrong."""
    return _Reader(data, knowledge).checked


class _Reader:
    def __init__(self, data: Any, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.checked = Checked()
        name = data.get("name") if isinstance(data, dict) else None
        self.asset = short(name) if isinstance(name, str) and name.strip() else "Without a name"
        try:
            self.checked.snapshot = snapshot = self._asset(data)
            if not self.checked.problems:
                self._weigh(snapshot)
        except Wrong as wrong:
            self.wrong(*wrong.args)

    def wrong(self, place: str, message: str) -> None:
        self.checked.problems.append(Problem(asset=self.asset, field=place, message=message))

    def _weigh(self, snapshot: Snapshot) -> None:
        """Note that no contact could get it, and make it a draft."""
        if problem := fitting.problem(source_of(snapshot, self.knowledge.site)):
            too_large = Problem(asset=self.asset, field="Status", message=problem)
            self.checked.too_large.append(too_large)
            if snapshot["status"] == Asset.Status.ACTIVE:
                snapshot["status"] = str(Asset.Status.DRAFT)

    def _asset(self, data: Any) -> Snapshot:
        shape(data, dict, "Asset")
        if data.get("format") != FORMAT or isinstance(data["format"], bool):
            raise Wrong("Format", f"This release reads format {FORMAT}.")
        kind = KINDS.get(data["kind"]) if isinstance(data.get("kind"), str) else None
        if kind is None:
            raise Wrong("Kind", f"There is no such kind; there are: {', '.join(KINDS)}.")
        self.kind: type[Asset] = kind
        self._keys(data, PARTS, "Asset")
        cleaned = self._content(data)
        # Where a popup is, for all of its contents.
        self.position = cleaned.get("position")
        return {
            "format": FORMAT,
            "kind": data["kind"],
            "name": cleaned.get("name", ""),
            "status": self._cleaned(Asset, "status", data["status"], "Status"),
            "labels": self._labels(data["labels"]),
            "content": {name: cleaned.get(name) for name in kind.CONTENT},
            "buttons": self._buttons(data["buttons"], "", self.position),
            "variations": list(self._variations(data)),
        }

    def _keys(self, data: dict[str, Any], wanted: set[str], place: str) -> None:
        """Refuse what is not known: to leave it out would look like success."""
        if more := sorted(set(data) - wanted):
            raise Wrong(place, f"It has parts that are not known: {listed(more)}.")
        if missing := sorted(wanted - set(data)):
            raise Wrong(place, f"Parts are missing: {listed(missing)}.")

    def _content(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return the cleaned values of the form of the asset."""
        for place in ("name", "status"):
            shape(data[place], str, capfirst(place))
        content = shape(data["content"], dict, "Content")
        self._keys(content, set(self.kind.CONTENT), "Content")
        self._types(content, "")
        values = {"name": data["name"], **content}
        cleaned = self._filled(values, only=set(values), place="")
        self._unknown(cleaned, "")
        return cleaned

    def _types(self, content: dict[str, Any], place: str) -> None:
        for name, value in content.items():
            column = self.kind._meta.get_field(name)
            if type(value) is not type_of(column):
                raise Wrong(place + words_of(column), f"It cannot be {called(value)}.")

    def _filled(self, values: dict[str, Any], *, only: set[str], place: str) -> dict[str, Any]:
        """Return what the form of the kind makes of the values; say what is wrong with `only`."""
        sent = {
            name: json.dumps(value) if isinstance(value, dict) else value
            for name, value in values.items()
        }
        form = FORMS[self.kind][0](sent, instance=self.kind(site=self.knowledge.site), known={})
        # The site is given, labels are named, and what only a draft may hold is no error here.
        for name in ("site", "labels", "status"):
            form.fields.pop(name, None)
        form.is_valid()
        for name, messages in form.errors.items():
            if name in only or name == "__all__":
                words = (
                    words_of(form._meta.model._meta.get_field(name)) if name in only else "Asset"
                )
                for message in messages:
                    self.wrong(place + words, message)
        return form.cleaned_data

    def _unknown(self, cleaned: dict[str, Any], place: str) -> None:
        """Note the names in tags that the site does not know."""
        for name in (*self.kind.TEXTS, *self.kind.ADDRESSES):
            words = place + words_of(self.kind._meta.get_field(name))
            self._note_unknown(cleaned.get(name), words, is_address=name in self.kind.ADDRESSES)

    def _note_unknown(self, text: Any, place: str, *, is_address: bool) -> None:
        found = unknown_names(text or "", self.knowledge.names, is_address=is_address)
        self.checked.unknown += [
            Problem(asset=self.asset, field=place, message=str(each)) for each in found
        ]

    def _labels(self, names: Any) -> list[str]:
        shape(names, list, "Labels")
        if len(names) > labels.MAX_LABELS:
            raise Wrong("Labels", f"At most {labels.MAX_LABELS}.")
        found: dict[str, str] = {}
        for name in names:
            try:
                cleaned = labels.clean_name(shape(name, str, "Labels"))
                found.setdefault(cleaned.casefold(), cleaned)
            except ValidationError as error:
                self.wrong("Labels", " ".join(error.messages))
        return sorted(found.values())

    def _buttons(self, written: Any, place: str, position: str | None) -> list[dict[str, Any]]:
        """Return the buttons of one content, each and all together; see forms.asking."""
        shape(written, list, f"{place}Buttons")
        if len(written) > MAX_BUTTONS:
            raise Wrong(f"{place}Buttons", f"There are at most {MAX_BUTTONS}.")
        found = [
            self._button(each, f"{place}Button {number}, ")
            for number, each in enumerate(written, start=1)
        ]
        if self.kind is Popup:
            actions = [each["action"] for each in found]
            does = words_of(Button._meta.get_field("action"))
            for number, message in asking.problems(actions, position).items():
                self.wrong(f"{place}Button {number + 1}, {does}", message)
        return found

    def _button(self, written: Any, place: str) -> dict[str, Any]:
        shape(written, dict, place.rstrip(", "))
        self._keys(written, set(Button.CONTENT), place.rstrip(", "))
        for name, value in written.items():
            shape(value, str, place + words_of(Button._meta.get_field(name)))
        form = FORMS[self.kind][1]({"position": 0, **written}, instance=Button(**written))
        errors = dict(form.errors)
        try:
            # What the form of this kind of asset does not ask for.
            form.instance.clean_fields(exclude=["asset", "variation", *form.fields])
        except ValidationError as error:
            errors |= error.message_dict
        for name, messages in errors.items():
            words = words_of(Button._meta.get_field(name)) if name != "__all__" else "Button"
            for message in messages:
                self.wrong(place + words, message)
        cleaned = {**written, **{n: v for n, v in form.cleaned_data.items() if n in written}}
        for name in ("label", "url", "icon"):
            words = place + words_of(Button._meta.get_field(name))
            self._note_unknown(cleaned[name], words, is_address=name != "label")
        return cleaned

    def _variations(self, data: dict[str, Any]) -> Iterator[dict[str, Any]]:
        written = shape(data["variations"], list, "Variations")
        if len(written) > MAX_VARIATIONS:
            raise Wrong("Variations", f"There are at most {MAX_VARIATIONS}.")
        names: set[str] = set()
        for number, each in enumerate(written, start=1):
            shape(each, dict, f"Variation {number}")
            self._keys(each, VARIATION_PARTS, f"Variation {number}")
            name = shape(each["name"], str, f"Variation {number}, name").strip()
            place = f"Variation “{short(name)}”, "
            if name in names:
                self.wrong(f"{place}name", "Another variation has this name.")
            names.add(name)
            yield self._variation({**each, "name": name}, data["content"], place)

    def _variation(
        self, each: dict[str, Any], default: dict[str, Any], place: str
    ) -> dict[str, Any]:
        for part, wanted in (("status", str), ("rule", dict), ("content", dict)):
            shape(each[part], wanted, place + part)
        shape(each["has_own_buttons"], bool, f"{place}own buttons")
        for part in ("name", "status"):
            self._cleaned(Variation, part, each[part], place + part)
        content = each["content"]
        if more := sorted(set(content) - set(self.kind.VARIED)):
            raise Wrong(f"{place}content", f"It cannot have its own {listed(more)}.")
        self._types(content, place)
        cleaned = self._filled({"name": "x", **default, **content}, only=set(content), place=place)
        cleaned = {name: cleaned.get(name) for name in content}
        self._unknown(cleaned, place)
        # What it does not show hides nothing.
        position = self.position if each["has_own_buttons"] else None
        return {
            "name": each["name"],
            "status": self._status(each, place),
            "rule": each["rule"],
            "content": cleaned,
            "has_own_buttons": each["has_own_buttons"],
            "buttons": self._buttons(each["buttons"], place, position),
        }

    def _cleaned(self, model: type[Model], name: str, value: Any, place: str) -> Any:
        """Return the value as the model's field takes it, or say what is wrong with it."""
        try:
            return model._meta.get_field(name).clean(value, None)
        except ValidationError as error:
            self.wrong(place, " ".join(error.messages))
            return value

    def _status(self, each: dict[str, Any], place: str) -> str:
        """Return the status that the variation can have with its rule."""
        try:
            rules.check(each["rule"])
        except rules.Broken as error:
            self.wrong(f"{place}rule", " ".join(error.messages))
            return each["status"]
        found = rules.problems(each["rule"], self.knowledge.context)
        self.checked.broken += [
            Problem(asset=self.asset, field=f"{place}rule", message=problem.message)
            for problem in found
        ]
        return str(Variation.Status.DRAFT) if found else each["status"]
