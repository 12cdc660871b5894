"""Contacts as people name them: by their external id, or a visitor by its number."""

from django.db.models import QuerySet

from apps.accounts import keys
from apps.accounts.models import Contact

MOST_FOUND = 5


def find(site_id: int, term: str) -> list[Contact]:
    """Return the one contact of the site that is meant; else those, at most MOST_FOUND, whose
    external id begins so."""
    term = clean(term)
    if not term:
        return []
    return exactly(site_id, term) or list(beginning(site_id, term))


def exactly(site_id: int, term: str) -> list[Contact]:
    """Return the contact with the external id; else the visitor, who has none, of the number.

    A number never means somebody who has an external id: that may be a number as well.
    """
    found = list(_of(site_id).filter(external_id=term))
    number = term.lower().removeprefix("visitor").strip()
    if not found and (visitor := keys.read(number)) is not None:
        found = list(_of(site_id).filter(pk=visitor, external_id=None))
    return found


def beginning(site_id: int, term: str, *, most: int = MOST_FOUND) -> QuerySet[Contact]:
    found = _of(site_id).filter(external_id__startswith=term)
    return found.order_by("external_id")[:most]


def clean(term: str) -> str:
    """Return the term without what no id has, and PostgreSQL refuses to look for."""
    return term.replace("\x00", "").strip()


def _of(site_id: int) -> QuerySet[Contact]:
    return Contact.objects.filter(site=site_id).select_related("site")
