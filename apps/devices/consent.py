"""Consent, apart from the browser's permission."""

from collections.abc import Collection

from django.db import transaction
from django.db.models import Case, Exists, OuterRef, Value, When

from apps.accounts import contacts
from apps.accounts.models import Contact
from apps.devices.models import Subscription


@transaction.atomic
def set_platform_opt_out(contact_ids: Collection[int], *, opted_out: bool) -> None:
    """Say for the site's own systems who gets no push, or may get it again."""
    contacts.lock(*contact_ids)
    live = Exists(Subscription.objects.live().filter(device__contact=OuterRef("pk")))
    reachable = When(live, unsubscribed_at=None, then=Value(not opted_out))
    Contact.objects.filter(pk__in=contact_ids).update(
        push_disabled_by_platform=opted_out,
        is_reachable=Case(reachable, default=Value(False)),
    )
