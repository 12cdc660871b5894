"""Under which address browsers reach the install."""

from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured


def public_url(env: environ.Env) -> str:
    """Return PUBLIC_URL without a slash at its end; empty where requests say it.

    Raises ImproperlyConfigured for what is no absolute address.
    """
    written = env.str("PUBLIC_URL", "").strip()
    if problem := _problem(written) if written else "":
        raise ImproperlyConfigured(
            f"PUBLIC_URL is “{written}”: {problem} Write it like https://push.example.com or "
            "https://example.com/push."
        )
    return written.rstrip("/")


def _problem(written: str) -> str:
    try:
        parts = urlsplit(written)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "it is no address."
    if parts.scheme not in ("https", "http") or not host:
        return "it has to begin with https:// or http:// and a name."
    if "@" in parts.netloc:
        return "whoever sees it has the name or password before @."
    if parts.query or parts.fragment or written.endswith(("?", "#")):
        return "nothing may come after its path."
    if not written.isascii() or not written.isprintable() or set(written) & set(" \\<>\"'`{}|^"):
        return "it holds a character that no address has."
    return ""
