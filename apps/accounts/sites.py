"""Making a site: its row, and what every new site comes with."""

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from apps.accounts.models import Origin, Site


@transaction.atomic
def create(*, name: str, home: str, origins: list[str], vapid_subject: str, **more: str) -> Site:
    """Make a site with its keys and its draft journey, all or nothing.

    `origins` are the origins its pages are on, such as `https://shop.example`.
    Raises ValidationError with a message per field.
    """
    site = Site(name=name, home=home, vapid_subject=vapid_subject, **more)
    site.full_clean()
    site.save()
    for origin in origins:
        row = Origin(site=site, origin=origin)
        row.full_clean()
        row.save()
    set_up(site)
    return site


def set_up(site: Site) -> None:
    """Make what `SITE_SETUP` lists for a site just stored."""
    for path in settings.SITE_SETUP:
        import_string(path)(site)
