"""Copies of journeys."""

from django.db import transaction

from apps.journeys import documents
from apps.journeys.drafting import creating
from apps.journeys.models import Journey


@transaction.atomic
def clone(journey: Journey) -> Journey:
    """Return a copy of the draft, as a draft of its own: “… (copy)”."""
    copy = creating.with_new_keys(documents.content(documents.read(journey)))
    return creating.create(journey.site, copy)
