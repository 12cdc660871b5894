"""Going through the contacts of a site by id, some tens of thousands in each transaction."""

from django.db import connection
from django.db.models import QuerySet

from apps.accounts.models import Contact
from apps.journeys.entry import gates
from apps.journeys.models import Version
from apps.segments import catalogue, membership, rules

# SQLite has one writer, and a limit of how many ids a query may name.
SIZE = 50_000 if connection.vendor == "postgresql" else 10_000


def end_of(site_id: int, cursor: int) -> int | None:
    """Return the last id of the slice after `cursor`; None: nobody comes after it."""
    ids = Contact.objects.filter(site=site_id, pk__gt=cursor).order_by("pk")
    return ids.values_list("pk", flat=True)[SIZE - 1 : SIZE].first()


def of(site_id: int, cursor: int, end: int | None) -> QuerySet[Contact]:
    """Return the site's contacts after `cursor` up to `end`; to the last one where it is None."""
    contacts = Contact.objects.filter(site=site_id, pk__gt=cursor)
    return contacts.filter(pk__lte=end) if end else contacts


def meeting_the_rule(version: Version, contacts: QuerySet[Contact]) -> QuerySet[Contact] | None:
    """Return those of a slice who meet the version's rule; None where it cannot be asked."""
    if not version.entry_rule:
        return contacts
    context = catalogue.of_rule(version.entry_rule, version.journey.site)
    try:
        return membership.matching(
            version.entry_rule, context, among=contacts.order_by().values("pk")
        )
    except rules.Broken as broken:
        gates.say_broken(version, broken)
        return None
