"""Knowing an erased person again without keeping who it was."""

import hashlib
import hmac

from django.conf import settings

from apps.accounts.models import ErasedId, Site


def hash_of_external_id(external_id: str) -> str:
    """Return the hex HMAC-SHA256 of the id under the install's secret key."""
    key = settings.SECRET_KEY.encode()
    return hmac.new(key, external_id.encode(), hashlib.sha256).hexdigest()


def is_erased(site: Site, external_id: str) -> bool:
    """Say whether the site's contact of this id was erased once."""
    return ErasedId.objects.filter(site=site, hash=hash_of_external_id(external_id)).exists()
