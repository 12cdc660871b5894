"""Which pages may speak for a site."""

from django.utils import timezone

from apps.accounts.models import Origin, Site

# A refused origin is kept so that the site's page can show it; an attacker can send any, so
# only so many are kept.
MAX_SEEN = 50
SEEN_EVERY = timezone.timedelta(minutes=10)


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
