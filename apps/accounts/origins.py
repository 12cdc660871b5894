"""Which pages may speak for a site."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from apps.accounts.models import Origin, Site

# A refused origin is kept so that the site's page can show it; an attacker can send any, so
# only so many are kept.
MAX_SEEN = 50
SEEN_EVERY = timezone.timedelta(minutes=10)


def may_read_answer(sender: Any, request: HttpRequest, **kwargs: Any) -> bool:
    """Tell django-cors-headers whether the page may read our answer.

    A preflight carries no key of a site yet, so here any site's allowed origin will do; the
    request itself is checked against its own site by `is_allowed`.
    """
    origin = request.headers.get("Origin", "")
    return Origin.objects.filter(origin=origin, is_allowed=True).exists()


def is_allowed(site: Site, origin: str) -> bool:
    """Say whether pages of `origin` may speak for `site`, and note that it was seen."""
    row = Origin.objects.filter(site=site, origin=origin).first()
    now = timezone.now()
    if row is None:
        if Origin.objects.filter(site=site).count() < MAX_SEEN and len(origin) <= 255:
            Origin.objects.get_or_create(
                site=site, origin=origin, defaults={"is_allowed": False, "seen_at": now}
            )
        return False
    if row.seen_at is None or now - row.seen_at > SEEN_EVERY:
        Origin.objects.filter(pk=row.pk).update(seen_at=now)
    return row.is_allowed
