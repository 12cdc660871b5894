"""Asking addresses that people have written, and saying in words why one cannot be asked."""

import ssl

import aiohttp

from apps.assets.links.guarding import CheckedResolver, NotAllowed, checked_socket


def open_session(
    *, seconds: float, headers: dict[str, str], at_once: int = 100, keeps_alive: bool = False
) -> aiohttp.ClientSession:
    """Return a session that reaches the public web only, unpacks nothing, keeps no cookie and
    gives each request so many seconds. Needs a running event loop."""
    connector = aiohttp.TCPConnector(
        resolver=CheckedResolver(),
        socket_factory=checked_socket,
        use_dns_cache=False,
        force_close=not keeps_alive,
        limit=at_once,
    )
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=seconds),
        headers=headers,
        auto_decompress=False,
        trust_env=False,
        max_line_size=8_000,
        max_field_size=8_000,
    )


def refusal(error: BaseException | None) -> NotAllowed | None:
    """Return what kept the address from being asked, where that is behind the error."""
    while error:
        if isinstance(error, NotAllowed):
            return error
        error = getattr(error, "os_error", None) or error.__cause__
    return None


def in_words(error: aiohttp.ClientError) -> str:
    """Say why a server did not answer."""
    cause: BaseException | None = error
    while cause:
        if isinstance(cause, ssl.SSLError | aiohttp.ClientConnectorCertificateError):
            return "Its certificate is not valid, or its TLS cannot be spoken."
        cause = getattr(cause, "os_error", None) or cause.__cause__
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "There is no such host."
    return "Its server cannot be reached, or does not answer as one of the web."
