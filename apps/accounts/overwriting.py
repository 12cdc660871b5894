"""Two people at one row: who saves last is asked before what the other saved is overwritten.

The page of a stored row carries what the row was when it was opened (`seen`). Where the row is
another by now, the form comes back once with everything that was written in it; saved again, it
replaces what is there.
"""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.utils import timezone
from django.utils.timesince import timesince

SEEN = "seen"


def asks_first(
    form: type[forms.ModelForm], *, below: Iterable[type[Model]] = ()
) -> type[forms.ModelForm]:
    """Return the form with a hidden field `seen`, which says once that the row, or one of the
    models `below` it on its page, has changed since the page was opened. A form sent without it
    asks nothing."""
    return type(form.__name__, (_AsksFirst, form), {"below": tuple(below)})


class _Seen(forms.CharField):
    def has_changed(self, initial: Any, data: Any) -> bool:
        """Say no: it is nothing of the row, so no history has to tell of it."""
        return False


class _AsksFirst:
    """Before any form of the house, whose methods it must not hide. A form that writes a column
    from fields of other names says so as its `also_seen`, names of columns."""

    below: tuple[type[Model], ...] = ()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.instance.pk is not None:
            # Before the form writes into the row what was sent.
            names = {*self.fields, *getattr(self, "also_seen", ())}
            self._stored = _state(self.instance, names, self.below)
            self.fields[SEEN] = _Seen(
                required=False, widget=forms.HiddenInput, initial=self._stored
            )

    def _post_clean(self) -> None:
        super()._post_clean()
        sent = self.cleaned_data.pop(SEEN, "")
        if sent and sent != self._stored:
            self.data = self.data.copy()
            self.data[self.add_prefix(SEEN)] = self._stored
            self.add_error(None, _words(self.instance))


def tells_what_is_gone(form: type[forms.ModelForm]) -> type[forms.ModelForm]:
    """Return the form of an inline's row, which says at a field that people see that its row has
    been deleted since the page was opened; Django says it at the hidden one of its id."""
    return type(form.__name__, (_TellsWhatIsGone, form), {})


class _TellsWhatIsGone:
    def _post_clean(self) -> None:
        super()._post_clean()
        if self._meta.model._meta.pk.name in self.errors and self.visible_fields():
            self.add_error(
                self.visible_fields()[0].name,
                "This row was deleted after you had opened the page, so it cannot be saved. Note "
                "what you want to keep of it, and open the page anew.",
            )


def _state(row: Model, names: set[str], below: Iterable[type[Model]]) -> str:
    """Return what tells one state of the row from another: what its page shows, and when it was
    saved, where it keeps that: a list may have changed what the page does not show."""
    saved = getattr(row, "updated_at", None)
    shown = [saved, *_values(row, names), *(_rows(row, each) for each in below)]
    return hashlib.sha256(repr(shown).encode()).hexdigest()


def _values(row: Model, names: set[str]) -> Iterator[tuple[str, Any]]:
    for field in row._meta.concrete_fields:
        if field.name in names:
            yield field.name, field.value_from_object(row)
    for field in row._meta.many_to_many:
        if field.name in names:
            yield field.name, sorted(other.pk for other in field.value_from_object(row))


def _rows(row: Model, model: type[Model]) -> list[tuple[Any, ...]]:
    """Return what the rows of the model that belong to this one hold, but for what nobody
    writes: that changes by itself, such as when an origin was seen."""
    columns = model._meta.concrete_fields
    link = next(each.name for each in columns if each.related_model in type(row).__mro__)
    shown = [each.attname for each in columns if each.editable or each.primary_key]
    rows = model._default_manager.filter(**{link: row})
    return list(rows.order_by("pk").values_list(*shown))


def _words(row: Model) -> str:
    kind = ContentType.objects.get_for_model(row, for_concrete_model=False)
    entries = LogEntry.objects.filter(content_type=kind, object_id=str(row.pk))
    last = entries.select_related("user").order_by("-action_time", "-pk").first()
    # What no page has saved, such as “Archive” of a list, nobody noted: the last note is older.
    saved = getattr(row, "updated_at", None)
    if last is None or (saved and last.action_time < saved):
        who = f"This {row._meta.verbose_name} was changed"
    elif timezone.now() - last.action_time < timezone.timedelta(minutes=1):
        who = f"{last.user} saved this {row._meta.verbose_name} a moment ago"
    else:
        who = f"{last.user} saved this {row._meta.verbose_name} {timesince(last.action_time)} ago"
    return (
        f"{who}, after you had opened it. What you see here is yours and is not saved yet: save "
        "once more to replace what is stored, or open the page anew to see that first."
    )
