"""Signing requests after the Standard Webhooks specification
(https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md).

`webhook-id` names the call, the same on every try; `webhook-timestamp` is the time of the try in
Unix seconds; `webhook-signature` holds, for each secret of the site, `v1,` and the base64 of the
HMAC-SHA256 over `<id>.<timestamp>.<body>`. A secret is `whsec_` and the base64 of its bytes.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable

from apps.accounts import site_secrets
from apps.accounts.models import Site
from apps.journeys.models import Enrolment, Journey, SigningSecret

PREFIX = "whsec_"
BYTES = 32


def sign(secret: str, *, id: str, timestamp: int, body: str) -> str:
    """Return the signature of one secret: `v1,…`."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    message = f"{id}.{timestamp}.{body}".encode()
    return f"v1,{base64.b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode()}"


def headers(secrets: Iterable[str], *, id: str, timestamp: int, body: str) -> dict[str, str]:
    """Return the three headers of a request; the newest secret's signature comes first."""
    signatures = [sign(secret, id=id, timestamp=timestamp, body=body) for secret in secrets]
    return {
        "webhook-id": id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
    }


def of_sites(sites: Iterable[int]) -> dict[int, list[str]]:
    """Return the secrets by site, the newest first, in one query."""
    found: dict[int, list[str]] = {site: [] for site in sites}
    for row in SigningSecret.objects.filter(site__in=found).order_by("-pk"):
        found[row.site_id].append(row.secret)
    return found


def create_secret(site: Site) -> str:
    """Make one more secret for the site and return it: it is not shown again."""
    secret = PREFIX + base64.b64encode(secrets.token_bytes(BYTES)).decode()
    SigningSecret.objects.create(site=site, secret=secret)
    return secret


def delete_secret(row: SigningSecret) -> None:
    """Delete a secret: nothing is signed with it from now on.

    Raises SecretNeeded (apps.accounts.site_secrets), and deletes nothing, when it is the last one
    and a journey that runs, or where contacts are inside, has a webhook step.
    """
    site_secrets.delete(row, needed_for=_calls)


def _calls(site: Site) -> str:
    running = Journey.objects.filter(
        site=site, status__in=Journey.RUNNING, live_version__steps__kind="webhook"
    )
    inside = Enrolment.objects.inside().filter(journey__site=site, version__steps__kind="webhook")
    if not (running.exists() or inside.exists()):
        return ""
    return (
        "It is the last one, and journeys of this site call webhooks, which are never sent "
        "unsigned. Make another one first."
    )
