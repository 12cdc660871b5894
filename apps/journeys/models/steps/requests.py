"""The request that a webhook step is to make, as it is written: what of it cannot be."""

import re
from typing import Any

from django.core.exceptions import ValidationError

from apps.assets.tags import check_address, check_json, check_text

MAX_HEADERS = 20
MAX_VALUE = 1_000
NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
# They say how the request is sent, and are ours to write; so is the signature.
OURS = re.compile(
    r"(host|content-length|content-encoding|transfer-encoding|connection|keep-alive|te|trailer"
    r"|upgrade|expect|accept-encoding|proxy-.*|webhook-.*)",
    re.IGNORECASE,
)


def content_type(headers: dict[str, str]) -> str:
    """Return the media type of the body, without its parameters; JSON unless the headers say
    something else."""
    for name, value in headers.items():
        if name.lower() == "content-type":
            return value.partition(";")[0].strip().lower()
    return "application/json"


def is_json(headers: dict[str, str]) -> bool:
    kind = content_type(headers)
    return kind.endswith(("/json", "+json"))


def problem(*, url: str, headers: Any, body: str) -> str:
    """Return, in words, why no request could be made of it, or an empty string."""
    try:
        _check_address(url)
        _check_headers(headers)
        if body:
            (check_json if is_json(headers) else check_text)(body)
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


def _check_address(url: str) -> None:
    if not url:
        raise ValidationError("Write the address to call.")
    check_address(url)


def _check_headers(headers: Any) -> None:
    if not isinstance(headers, dict):
        raise ValidationError("Headers are names with values.")
    if len(headers) > MAX_HEADERS:
        raise ValidationError(f"There are at most {MAX_HEADERS} headers.")
    if len({str(name).lower() for name in headers}) < len(headers):
        raise ValidationError("A header is there twice.")
    for name, value in headers.items():
        _check_header(name, value)


def _check_header(name: Any, value: Any) -> None:
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise ValidationError(f"“{str(name)[:100]}” is no name of a header.")
    if OURS.fullmatch(name):
        raise ValidationError(f"The header “{name}” is written by Pushdesk itself.")
    if not isinstance(value, str) or len(value) > MAX_VALUE or not value.isprintable():
        raise ValidationError(
            f"The header “{name}” needs one line of at most {MAX_VALUE:,} characters."
        )
    check_text(value)
