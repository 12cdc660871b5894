"""Two people at one row: who saves last is asked before what the other saved is overwritten.

The page of a stored row carries what the row was when it was opened (`seen`). Where the row is
another by now, the form comes back once with everything that was written in it; saved again, it
replaces what is there.
"""

import hashlib
from typing import Any

from django import forms
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.utils import timezone
from django.utils.timesince import timesince

SEEN = "seen"


def asks_first(form: type[forms.ModelForm]) -> type[forms.ModelForm]:
    """Return the form with a hidden field `seen`, which says once that the row has changed since
    its page was opened. A form sent without it asks nothing."""
    return type(form.__name__, (_AsksFirst, form), {})


class _AsksFirst:
    """Before any form of the house, whose methods it must not hide. A form that writes a column
    from fields of other names says so as its `also_seen`, names of columns."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.instance.pk is not None:
            # Before the form writes into the row what was sent.
            self._stored = _state(self.instance, {*self.fields, *getattr(self, "also_seen", ())})
            self.fields[SEEN] = forms.CharField(
                required=False, widget=forms.HiddenInput, initial=self._stored
            )

    def _post_clean(self) -> None:
        super()._post_clean()
        sent = self.cleaned_data.pop(SEEN, "")
        if sent and sent != self._stored:
            self.data = self.data.copy()
            self.data[self.add_prefix(SEEN)] = self._stored
            self.add_error(None, _words(self.instance))


def _state(row: Model, names: set[str]) -> str:
    """Return what tells one state of the row from another: when it was saved, where it keeps
    that, else what its form shows."""
    if hasattr(row, "updated_at"):
        return row.updated_at.isoformat()
    columns = [field for field in row._meta.concrete_fields if field.name in names]
    values = [(field.name, field.value_from_object(row)) for field in columns]
    return hashlib.sha256(repr(values).encode()).hexdigest()


def _words(row: Model) -> str:
    kind = ContentType.objects.get_for_model(row, for_concrete_model=False)
    entries = LogEntry.objects.filter(content_type=kind, object_id=str(row.pk))
    last = entries.select_related("user").order_by("-action_time", "-pk").first()
    if last is None:
        who = f"This {row._meta.verbose_name} was changed"
    elif timezone.now() - last.action_time < timezone.timedelta(minutes=1):
        who = f"{last.user} saved this {row._meta.verbose_name} a moment ago"
    else:
        who = f"{last.user} saved this {row._meta.verbose_name} {timesince(last.action_time)} ago"
    return (
        f"{who}, after you had opened it. What you see here is yours and is not saved yet: save "
        "once more to replace what is stored, or open the page anew to see that first."
    )
