"""Signing pushes (RFC 8292), one signature for many messages.

A token costs far more than a message, names only the push service's origin, and may live for 24
hours; Apple asks not to renew it more than once an hour.
"""

import time

from py_vapid import Vapid02

from apps.devices.models import VapidKey

LIVES = 12 * 3600
# The clock of a push service may be behind ours, and a push may wait in our connection.
RENEWED_BEFORE = 600

_headers: dict[tuple[str, str, str], tuple[float, str]] = {}


def authorization(key: VapidKey, subject: str, origin: str) -> str:
    """Return the `Authorization` header for pushes to `origin` signed with `key`.

    `subject` is the site's contact, a mailto: or https: address.
    """
    now = time.time()
    cached = (key.public_key, subject, origin)
    expires, header = _headers.get(cached, (0.0, ""))
    if expires - RENEWED_BEFORE < now:
        expires = now + LIVES
        # A fresh dictionary each time: py_vapid writes into the one it is given.
        claims = {"aud": origin, "exp": int(expires), "sub": subject}
        signer = Vapid02.from_pem(key.private_key.encode())
        header = signer.sign(claims)["Authorization"]
        _headers[cached] = expires, header
    return header
