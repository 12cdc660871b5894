"""Addresses, maybe with tags."""

import re
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from django.core.exceptions import ValidationError

from apps.assets.tags.checking import check

TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
# What browsers drop, or take for a slash, when they read an address.
UNSAFE = re.compile(r"[\\\s\u0000-\u0020\u007f-\u00a0\u200b-\u200f\ufeff]")
# A name whose letters may be those of any language; dots are the plain ones only.
NAME = re.compile(r"[\w-]{1,63}(\.[\w-]{1,63})*\.?")


def check_address(text: str) -> None:
    """Raise ValidationError unless `text` is http(s), or a path on the site, maybe with tags."""
    check(text, is_address=True)
    plain = TAG.sub("x", text)
    if UNSAFE.search(plain.replace(" ", "")):
        raise ValidationError(
            "An address holds no line break, backslash or invisible character: browsers read "
            "them in their own way."
        )
    if text.startswith(("{{", "{%")) or (plain.startswith("/") and not plain.startswith("//")):
        return
    _check_host(plain)


def _check_host(text: str) -> None:
    parts = _split(text)
    if parts is None or parts.scheme not in ("https", "http") or not parts.netloc:
        raise ValidationError("Write https://… or a path on the site that begins with /.")
    if "@" in parts.netloc:
        raise ValidationError("Leave out the name or password before @: whoever sees it has it.")
    if not parts.netloc.isascii():
        raise ValidationError(_in_ascii(parts.hostname or ""))
    if not is_web_address(text):
        raise ValidationError(f"“{parts.netloc[:100]}” is no name of a website.")


def _in_ascii(host: str) -> str:
    try:
        written = host.encode("idna").decode()
    except UnicodeError:
        return f"“{host[:100]}” is no name of a website."
    return f"Letters can look like others: write “{written}” for “{host}”, if that is the website."


def is_web_address(text: str) -> bool:
    """Tell whether every browser would open it as the same web page or picture, and as nothing
    else."""
    parts = _split(text)
    if parts is None or parts.scheme not in ("https", "http"):
        return False
    # What stands before an @ only makes an address look like another.
    if set(parts.netloc) & set("@\\") or UNSAFE.search(text.replace(" ", "")):
        return False
    host = parts.hostname or ""
    return bool(NAME.fullmatch(host)) or (parts.netloc.startswith("[") and _is_ip(host))


def _split(text: str) -> SplitResult | None:
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 - raises ValueError for one that cannot be
    except ValueError:
        return None
    return parts


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
