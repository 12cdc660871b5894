"""Which addresses may be called as push endpoints.

An endpoint comes from the visitor's browser, so from anyone; without this list our server
would POST wherever a stranger points it.
"""

from urllib.parse import urlsplit

from django.conf import settings

MAX_LENGTH = 2000

# A name counts with everything below it.
PUSH_SERVICES = (
    "fcm.googleapis.com",  # Chrome, Edge on Android, Opera, Samsung, Brave
    "jmt17.google.com",  # Chromium builds without Google's keys, Debian's among them
    "push.services.mozilla.com",  # Firefox
    "notify.windows.com",  # Edge on Windows
    "push.apple.com",  # Safari
)


class EndpointRefused(ValueError):
    """The address is not one that we may call."""


def check(endpoint: str) -> str:
    """Return the endpoint's origin, which is also the `aud` of its VAPID token.

    Raises EndpointRefused unless it is https on the default port of a known push service, or
    its origin is in `PUSH_HOSTS`.
    """
    if len(endpoint) > MAX_LENGTH:
        raise EndpointRefused(f"The endpoint is longer than {MAX_LENGTH} characters.")
    # Readers of addresses differ in what they make of these: none of them is in a real one.
    if not endpoint.isascii() or not endpoint.isprintable() or set(endpoint) & set(" \\"):
        raise EndpointRefused("The endpoint is not an address.")
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError as error:
        raise EndpointRefused("The endpoint is not an address.") from error
    origin = f"{parts.scheme}://{parts.hostname}" + (f":{port}" if port else "")
    if parts.username is None and origin in settings.PUSH_HOSTS:
        return origin
    host = parts.hostname or ""
    known = any(host == name or host.endswith("." + name) for name in PUSH_SERVICES)
    if parts.scheme != "https" or port not in (None, 443) or parts.username is not None:
        raise EndpointRefused("The endpoint must be an https:// address on the usual port.")
    if not known:
        raise EndpointRefused(f"{host} is not a push service that is known here.")
    return f"https://{host}"
