"""A new journey: its site, its name, and what it begins with."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from apps.accounts.characters import check_name
from apps.accounts.models import Site
from apps.journeys import exchange
from apps.journeys.models import Journey

EMPTY, FILE = "empty", "file"


class NewForm(forms.Form):
    """`start` is the name of a template, EMPTY or FILE. Of a file all journeys come in, by their
    own names."""

    start = forms.CharField(
        widget=forms.HiddenInput,
        error_messages={"required": "Choose what the journey begins with."},
    )
    site = forms.ModelChoiceField(Site.objects.order_by("name"))
    name = forms.CharField(
        max_length=150,
        required=False,
        validators=[check_name],
        help_text="Only you and your colleagues see it.",
    )
    file = forms.FileField(
        required=False,
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
        help_text="As “Export as JSON” of a journey made it.",
        error_messages={"empty": "This file is empty."},
    )
    use_required_attribute = False

    def __init__(self, *args: Any, starts: list[str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.starts = [*starts, EMPTY, FILE]
        sites = list(Site.objects.values_list("pk", flat=True)[:2])
        if len(sites) == 1:
            self.fields["site"].initial = sites[0]
            self.fields["site"].widget = forms.HiddenInput()

    def clean_start(self) -> str:
        if self.cleaned_data["start"] not in self.starts:
            raise ValidationError("Choose what the journey begins with.")
        return self.cleaned_data["start"]

    def clean_name(self) -> str:
        return self.cleaned_data["name"].strip()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("start") == FILE:
            self._read_file()
        elif not cleaned.get("name") and "name" not in self.errors:
            self.add_error("name", "Give it a name.")
        elif self._is_taken():
            self.add_error("name", "The site has a journey of this name already.")
        return cleaned

    def _is_taken(self) -> bool:
        found = self.cleaned_data
        rows = Journey.objects.filter(site=found.get("site"), name=found.get("name", ""))
        return rows.exists()

    def _read_file(self) -> None:
        file = self.cleaned_data.get("file")
        if not file:
            self.add_error("file", "Choose the file.")
            return
        try:
            file.seek(0)
            # What it says of its size is not believed.
            self.content = exchange.read(file.read(exchange.MAX_BYTES + 1))
        except exchange.Unreadable as error:
            self.add_error("file", str(error))
