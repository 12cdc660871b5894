"""Changing a draft: every change can be undone, and nobody overwrites what another has written."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.journeys import documents
from apps.journeys.documents import Document
from apps.journeys.models import Edit, Journey, Version

KEPT = 100


class Stale(ValidationError):
    """Somebody else has changed the draft since it was looked at."""


def seen(journey: Journey) -> str:
    """Return what says which state of the draft a page shows: give it back with a change."""
    return journey.updated_at.isoformat()


@contextmanager
def change(
    journey: Journey, words: str, by: User | None = None, *, seen: str = ""
) -> Iterator[None]:
    """Change the draft inside, as one step of undo that `words` name; all of it or nothing.

    `seen` is what the page that asks for the change was made of. Raises Stale, before anything is
    changed, when the draft is another one by now. Nothing is recorded where nothing changed.
    """
    with transaction.atomic():
        stored = _lock(journey, seen)
        before = documents.content(documents.read(journey))
        yield
        after = documents.content(documents.read(journey))
        if before == after:
            # A form that was saved as it was is no change.
            _touch(journey, at=stored.updated_at)
            return
        journey.edits.filter(is_undone=True).delete()
        journey.edits.create(words=words[:150], before=before, after=after, by=by)
        _forget_old(journey)
        _touch(journey, at=_changed_at(journey, after))


def undo(journey: Journey, *, seen: str = "") -> str | None:
    """Take the last change back; returns its words, or None when there is none.

    Raises Stale as `change` does, and ValidationError when the draft cannot be as it was: what it
    named is gone, or it was changed past the edits.
    """
    with transaction.atomic():
        _lock(journey, seen)
        edit = journey.edits.filter(is_undone=False).first()
        return edit and _bring(journey, edit, edit.after, edit.before, is_undone=True)


def redo(journey: Journey, *, seen: str = "") -> str | None:
    """Make the change again that was undone last; returns and raises as `undo` does."""
    with transaction.atomic():
        _lock(journey, seen)
        edit = journey.edits.filter(is_undone=True).last()
        return edit and _bring(journey, edit, edit.before, edit.after, is_undone=False)


def steps_of_undo(journey: Journey) -> tuple[Edit | None, Edit | None]:
    """Return what undo would take back, and what redo would make again, without their documents;
    None where there is nothing. Two queries."""
    known = journey.edits.defer("before", "after")
    return known.filter(is_undone=False).first(), known.filter(is_undone=True).last()


def mark_of(steps: tuple[Edit | None, Edit | None]) -> str:
    """Return what tells whether undo and redo still do what a page has said of them."""
    return "-".join(str(step.pk if step else 0) for step in steps)


def _bring(journey: Journey, edit: Edit, now: Document, then: Document, *, is_undone: bool) -> str:
    if documents.content(documents.read(journey)) != now:
        raise ValidationError(
            f"The journey was changed elsewhere since “{edit.words}”, so that would be lost."
        )
    documents.write(journey, then)
    edit.is_undone = is_undone
    edit.save(update_fields=["is_undone"])
    _touch(journey, at=_changed_at(journey, then))
    return edit.words


def _lock(journey: Journey, seen: str) -> Journey:
    """Hold the row; whoever changes the same draft waits until this change is made."""
    row = Journey.objects.select_for_update(no_key=True).get(pk=journey.pk)
    if row.status == Journey.Status.ARCHIVED:
        raise ValidationError(f"“{row}” is archived, so it cannot be changed.")
    if seen and seen != row.updated_at.isoformat():
        raise Stale(f"{_who(journey)} Look at it as it is now, then make your change again.")
    return row


def _who(journey: Journey) -> str:
    last = journey.edits.filter(is_undone=False).select_related("by").first()
    if last is None:
        return "The journey was changed meanwhile."
    who = last.by.get_username() if last.by else "Somebody"
    return f"{who} has changed the journey meanwhile: “{last.words}”."


def _changed_at(journey: Journey, document: Document) -> datetime:
    """Return now; of a draft that is what was published again, the moment of that: nothing of it
    is unpublished then."""
    live = Version.objects.filter(pk=journey.live_version_id).only("document", "published_at")
    for version in live:
        if documents.content(version.document) == document:
            return version.published_at
    return timezone.now()


def _touch(journey: Journey, *, at: datetime) -> None:
    journey.updated_at = at
    Journey.objects.filter(pk=journey.pk).update(updated_at=at)


def _forget_old(journey: Journey) -> None:
    kept = journey.edits.values("pk")[:KEPT]
    oldest = list(kept.values_list("pk", flat=True))[-1]
    journey.edits.filter(pk__lt=oldest).delete()
