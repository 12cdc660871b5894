"""The forms of the import wizard: what to bring in, and which column goes where."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from apps.accounts import roles
from apps.accounts.admin.secret_field import SecretField
from apps.accounts.imports import kinds, steering, values
from apps.accounts.imports.kinds import Kind, Option, OptionsRefused
from apps.accounts.imports.mapping import MAX_PROPERTY, STATE, split
from apps.accounts.imports.sniffing import FileRefused, Layout
from apps.accounts.models import Import, Site, User

PROPERTY = "state"


def _option_field(option: Option) -> forms.Field:
    more: dict[str, Any] = {
        "label": option.label,
        "help_text": option.help,
        "required": option.required,
    }
    if option.type == "choice":
        widget = UnfoldAdminSelectWidget()
        return forms.ChoiceField(choices=option.choices, widget=widget, **more)
    if option.type == "secret":
        return SecretField(**more)
    return forms.CharField(max_length=150, widget=UnfoldAdminTextInputWidget(), **more)


class UploadForm(forms.Form):
    site = forms.ModelChoiceField(Site.objects, widget=UnfoldAdminSelectWidget())
    file = forms.FileField(
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,.tsv,.txt,.jsonl,.ndjson,.json"}),
        help_text="CSV whose first row names the columns, or JSON Lines; in UTF-8.",
        error_messages={"empty": "This file is empty."},
    )
    field_order = ("site",)

    def __init__(self, kind: Kind, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        sites = list(Site.objects.values_list("pk", flat=True)[:2])
        if len(sites) == 1:
            self.fields["site"].initial = sites[0]
        asked = [option for option in kind.options if not option.after_upload]
        options = {option.name: _option_field(option) for option in asked}
        self.fields = {"site": self.fields["site"], **options, "file": self.fields["file"]}

    def clean_file(self) -> UploadedFile:
        file = self.cleaned_data["file"]
        try:
            steering.check_file(file)
        except FileRefused as error:
            raise ValidationError(str(error)) from error
        return file

    def receive(self, user: User) -> Import | None:
        """Keep the file; None when something beside it was refused, said at its field."""
        cleaned = dict(self.cleaned_data)
        site, file = cleaned.pop("site"), cleaned.pop("file")
        try:
            return steering.receive(self.kind, site, file, options=cleaned, user=user)
        except OptionsRefused as error:
            self.add_error(None, error)
        return None


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of the file with its inputs and what its first rows hold."""

    name: str
    examples: list[str]
    to: forms.BoundField
    property: forms.BoundField | None
    type: forms.BoundField | None


class MappingForm(forms.Form):
    """Inputs per column, by the number of the column: names of columns come from anybody. And
    what is asked now that the file is here, as far as the user may answer it."""

    def __init__(
        self, import_: Import, user: User, samples: list[dict[str, Any]], data: Any = None
    ) -> None:
        super().__init__(data)
        self.import_, self.user, self.samples = import_, user, samples
        self.kind = kind = kinds.find(import_.kind)
        self.columns = Layout.of(import_).columns
        self.options = [option for option in kind.options if option.after_upload]
        for option in self.options:
            if self._may_answer(option):
                self.fields[option.name] = _option_field(option)
        for number, column in enumerate(self.columns):
            self._add(number, column, import_.mapping.get(column, ""))
        if kind.takes_properties:
            self.fields["empty_removes"] = forms.BooleanField(
                label="An empty cell removes what was known before",
                help_text="Else it changes nothing.",
                required=False,
                initial=import_.options.get("empty_removes", False),
                widget=UnfoldBooleanSwitchWidget(),
            )

    def _may_answer(self, option: Option) -> bool:
        return not option.permission or self.user.has_perm(option.permission)

    def asked(self) -> list[forms.BoundField]:
        """Return the inputs beside the columns."""
        return [self[option.name] for option in self.options if option.name in self.fields]

    def withheld(self) -> list[tuple[str, str]]:
        """Return what others would be asked: its label, and who they are."""
        hidden = [option for option in self.options if not self._may_answer(option)]
        return [(option.label, roles.holders(option.permission)) for option in hidden]

    def hints(self) -> list[str]:
        return self.kind.hints(self.import_, self.samples) if self.options else []

    def _add(self, number: int, column: str, target: str) -> None:
        wanted = split(target)
        choices = [("", "Leave it out"), *((row.name, row.label) for row in self.kind.fields)]
        if self.kind.takes_properties:
            choices.append((PROPERTY, "Property of the contact"))
        self.fields[f"to_{number}"] = forms.ChoiceField(
            choices=choices,
            required=False,
            initial=PROPERTY if wanted else target,
            widget=UnfoldAdminSelectWidget(attrs={"aria-label": f"“{column}” goes to"}),
        )
        if not self.kind.takes_properties:
            return
        self.fields[f"name_{number}"] = forms.CharField(
            required=False,
            max_length=MAX_PROPERTY,
            initial=wanted.name if wanted else column.removeprefix(STATE)[:MAX_PROPERTY],
            widget=UnfoldAdminTextInputWidget(attrs={"aria-label": f"Property for “{column}”"}),
        )
        cells = [row.get(column) for row in self.samples]
        self.fields[f"type_{number}"] = forms.ChoiceField(
            choices=values.TYPES,
            initial=wanted.type if wanted else values.guess(cells),
            required=False,
            widget=UnfoldAdminSelectWidget(attrs={"aria-label": f"Type of “{column}”"}),
        )

    def rows(self) -> Iterator[Column]:
        has_types = self.kind.takes_properties
        for number, name in enumerate(self.columns):
            cells = (_shown(row.get(name)) for row in self.samples[:50])
            yield Column(
                name=name,
                examples=list(dict.fromkeys(cell for cell in cells if cell))[:3],
                to=self[f"to_{number}"],
                property=self[f"name_{number}"] if has_types else None,
                type=self[f"type_{number}"] if has_types else None,
            )

    def chosen(self) -> dict[str, str]:
        """Return the target of each column."""
        return {column: self._target(n) for n, column in enumerate(self.columns)}

    def _target(self, number: int) -> str:
        to = self.cleaned_data.get(f"to_{number}", "")
        if to != PROPERTY:
            return to
        name = self.cleaned_data.get(f"name_{number}", "").strip()
        return f"{STATE}{name}:{self.cleaned_data.get(f'type_{number}') or 'text'}"

    def keep(self) -> bool:
        """Keep what was answered, and the mapping; False when either cannot be, said at its
        input. One that can be is kept all the same."""
        is_answered = self._keep_answers()
        return self._keep_mapping() and is_answered

    def _keep_answers(self) -> bool:
        chosen = {bound.name: self.cleaned_data.get(bound.name, "") for bound in self.asked()}
        try:
            steering.answer(self.import_, chosen, by=self.user)
        except OptionsRefused as error:
            self._say(error)
            return False
        return True

    def _say(self, refused: OptionsRefused) -> None:
        """Say it at the input; of one that the user is not asked for, at the first beside it."""
        first = next((bound.name for bound in self.asked()), None)
        for name, texts in refused.message_dict.items():
            self.add_error(name if name in self.fields else first, texts)

    def _keep_mapping(self) -> bool:
        try:
            removes = self.cleaned_data.get("empty_removes", False)
            steering.remap(self.import_, self.chosen(), empty_removes=removes)
        except OptionsRefused as error:
            # One that was refused a moment ago is not asked for as if it were missing.
            if not any(bound.errors for bound in self.asked()):
                self._say(error)
            return False
        except ValidationError as error:
            for column, texts in error.message_dict.items():
                number = self.columns.index(column) if column in self.columns else None
                self.add_error(None if number is None else f"to_{number}", texts)
            return False
        return True


def _shown(cell: Any) -> str:
    text = "" if cell is None else str(cell).strip()
    return text if len(text) <= 60 else f"{text[:59]}…"
