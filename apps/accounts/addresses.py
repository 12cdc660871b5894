"""Absolute addresses of this install, for browsers and pages elsewhere."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.urls import get_script_prefix


class Unknown(ImproperlyConfigured):
    """Nothing says under which address this install is reached; the message says what to set."""


def absolute(path: str, request: HttpRequest | None = None) -> str:
    """Return the absolute address of a path of ours, such as `reverse` and storages give: under
    PUBLIC_URL, else under the name that the request came by. What is absolute already, as the
    files of another storage are, stays so. Raises Unknown where there is neither.
    """
    if urlsplit(path).netloc:
        return request.build_absolute_uri(path) if request else _with_scheme(path)
    if settings.PUBLIC_URL:
        # The prefix under which a server mounts us is a part of PUBLIC_URL, where there is one.
        return f"{settings.PUBLIC_URL}/{path.removeprefix(get_script_prefix()).lstrip('/')}"
    if request is None:
        raise Unknown(
            "Nothing says under which address browsers reach this install: set PUBLIC_URL, for "
            "example PUBLIC_URL=https://push.example.com."
        )
    return request.build_absolute_uri(path)


def _with_scheme(address: str) -> str:
    return f"https:{address}" if address.startswith("//") else address
