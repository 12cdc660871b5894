"""API keys: what a site's own systems call the server API with."""

import hashlib
import secrets
from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from apps.accounts import audit
from apps.accounts.models import ApiKey, Site, User

NOTED_EVERY = timezone.timedelta(minutes=10)


@transaction.atomic
def create(site: Site, *, name: str, scopes: Collection[str], by: audit.By) -> tuple[ApiKey, str]:
    """Make a key; returns it with its token, which is kept nowhere and so shown this once.

    Raises ValidationError for no scope, or for one that does not exist.
    """
    unknown = sorted(set(scopes) - set(ApiKey.Scope.values))
    if unknown:
        raise ValidationError({"scopes": f"There is no scope {', '.join(unknown)}."})
    if not scopes:
        raise ValidationError({"scopes": "Choose what the key may do."})
    prefix = secrets.token_hex(4)
    token = f"pd_{prefix}_{secrets.token_urlsafe(32)}"
    key = ApiKey(site=site, name=name, prefix=prefix, secret_hash=hash_of(token))
    key.scopes = [scope for scope in ApiKey.Scope.values if scope in scopes]
    key.created_by = by if isinstance(by, User) else None
    key.full_clean()
    key.save()
    audit.note(
        audit.Action.API_KEY_CREATED,
        site=site,
        by=by,
        subject=_subject(key),
        details={"scopes": key.scopes},
    )
    return key, token


def find(token: str) -> ApiKey | None:
    """Return the key of this token, unless it was revoked, and note that it is in use."""
    found = ApiKey.objects.select_related("site").filter(secret_hash=hash_of(token))
    key = found.filter(revoked_at=None).first()
    now = timezone.now()
    if key and (key.last_used_at is None or now - key.last_used_at > NOTED_EVERY):
        unnoted = Q(last_used_at=None) | Q(last_used_at__lte=now - NOTED_EVERY)
        ApiKey.objects.filter(unnoted, pk=key.pk).update(last_used_at=now)
    return key


@transaction.atomic
def revoke(key: ApiKey, *, by: audit.By) -> bool:
    """End the key for good; returns False when it had been revoked before."""
    now = timezone.now()
    if not ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=now):
        return False
    key.revoked_at = now
    audit.note(audit.Action.API_KEY_REVOKED, site=key.site, by=by, subject=_subject(key))
    return True


def hash_of(token: str) -> str:
    # Random and long, so a plain hash is as good as a slow one.
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()


def _subject(key: ApiKey) -> str:
    return f"API key {key.pk} “{key.name}” ({key.prefix})"
