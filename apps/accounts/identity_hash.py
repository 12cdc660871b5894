"""Proof that a page may speak for an external id: a hash made on the site's own server.

The hash is `<expiry>.<signature>`: `expiry` in Unix seconds, `signature` the hex HMAC-SHA256
(RFC 2104), keyed with one of the site's identity secrets, over the external id, a line feed and
the expiry as written, all in UTF-8. It can be replayed until it expires, and for that id only.
"""

import hashlib
import hmac
import re
import secrets
import time

from apps.accounts import site_secrets
from apps.accounts.models import IdentitySecret, Site

Check = Site.IdentityCheck

LIVES_AT_MOST = 24 * 3600
# The clock of the site's server may be ahead of ours.
CLOCKS_DIFFER = 300
FORM = re.compile(r"([1-9][0-9]{0,10})\.([0-9a-f]{64})", re.ASCII)


class IdentityRefused(ValueError):
    """A page may not speak for the external id; says what its integrator can do."""


def make(secret: str, external_id: str, *, expires_at: int) -> str:
    """Return the hash as the site's server makes it; `expires_at` in Unix seconds."""
    message = f"{external_id}\n{expires_at}".encode()
    signature = hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
    return f"{expires_at}.{signature}"


def check(site: Site, external_id: str, given: str | None) -> None:
    """Raise IdentityRefused unless the site lets a page with this hash speak for the id."""
    if site.identity_check == Check.OFF:
        return
    if not given:
        if site.identity_check == Check.OPTIONAL:
            return
        raise IdentityRefused(
            "This site wants a proof of who logs in: make a hash on your server and call "
            'pushdesk("identify", id, {hash}). The site’s page in Pushdesk shows how.'
        )
    form = FORM.fullmatch(given)
    if not form:
        raise IdentityRefused("The hash must be <expiry in Unix seconds>.<hex HMAC-SHA256>.")
    expires_at = int(form[1])
    if not _is_signed(site, external_id, given, expires_at=expires_at):
        raise IdentityRefused(
            "The hash was not made for this id with one of this site’s identity secrets. Sign the "
            "id exactly as you pass it, a line feed, and the expiry."
        )
    now = time.time()
    if expires_at <= now:
        raise IdentityRefused("The hash has expired: make a fresh one with every page.")
    if expires_at > now + LIVES_AT_MOST + CLOCKS_DIFFER:
        raise IdentityRefused("The hash lives too long: let it expire within 24 hours.")


def _is_signed(site: Site, external_id: str, given: str, *, expires_at: int) -> bool:
    """Compare with what each secret would give: all of them, in the same time for each."""
    matches = [
        hmac.compare_digest(make(row.secret, external_id, expires_at=expires_at), given)
        for row in IdentitySecret.objects.filter(site=site)
    ]
    return any(matches)


def create_secret(site: Site) -> str:
    """Make one more secret for the site and return it: it is not shown again."""
    secret = f"ids_{secrets.token_urlsafe(32)}"
    IdentitySecret.objects.create(site=site, secret=secret)
    return secret


def delete_secret(row: IdentitySecret) -> None:
    """Delete a secret: hashes made with it are refused from now on.

    Raises SecretNeeded (apps.accounts.site_secrets), and deletes nothing, when the site checks
    hashes and has no other one.
    """
    site_secrets.delete(row, needed_for=_logging_in)


def _logging_in(site: Site) -> str:
    if site.identity_check == Check.OFF:
        return ""
    return (
        "It is the last one, and the site checks hashes: nobody could log in any more. Make "
        "another one first, or turn the identity check off."
    )
