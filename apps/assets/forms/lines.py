"""Texts that stand in one line."""

from collections.abc import Iterable

from django import forms
from django.core.exceptions import ValidationError
from django.db import models


def check_lines(form: forms.ModelForm, kind: type[models.Model], names: Iterable[str]) -> None:
    """Add an error to each field of one line, as `kind` has it, that holds a line break."""
    for name in names:
        is_long = isinstance(kind._meta.get_field(name), models.TextField)
        written = form.cleaned_data.get(name) or ""
        if not is_long and set(written) & set("\r\n"):
            form.add_error(name, ValidationError("Write it in one line."))
