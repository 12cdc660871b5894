"""Secrets that a site's own servers know too: several may be valid at once, so that one can be
changed for another, and the last one stays for as long as something needs it."""

from collections.abc import Callable
from typing import Any

from django.db import transaction

from apps.accounts.models import Site


class SecretNeeded(ValueError):
    """It is the last secret of its kind; says what needs it, and what to do first."""


@transaction.atomic
def delete(row: Any, *, needed_for: Callable[[Site], str]) -> None:
    """Delete the row, which has a `site`. `needed_for` says in words why the site cannot be
    without one of its kind, and nothing where it can.

    Raises SecretNeeded, and deletes nothing, when it is the last one and is needed.
    """
    site = Site.objects.select_for_update().get(pk=row.site_id)
    others = type(row).objects.filter(site=site).exclude(pk=row.pk)
    if not others.exists() and (words := needed_for(site)):
        raise SecretNeeded(words)
    row.delete()
