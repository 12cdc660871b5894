"""Addresses, maybe with tags."""

from urllib.parse import urlsplit

from django.core.exceptions import ValidationError

from apps.assets.tags.checking import check


def check_address(text: str) -> None:
    """Raise ValidationError unless `text` is http(s), or a path on the site, maybe with tags."""
    check(text, is_address=True)
    if text.startswith(("{{", "{%", "/")) and not text.startswith(("//", "/\\")):
        return
    if not is_web_address(text):
        raise ValidationError("Write https://… or a path on the site that begins with /.")


def is_web_address(text: str) -> bool:
    """Tell whether a browser would open it as a web page or picture, and nothing else."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("https", "http") and bool(parts.hostname)
