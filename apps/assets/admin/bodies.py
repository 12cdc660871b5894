"""How much was sent."""

from django.http import HttpRequest


def size(request: HttpRequest) -> int:
    """Return how many bytes the body has, which no more is read of, without reading it: the body
    of a form with parts (multipart/form-data) cannot be had once its fields were."""
    length = request.META.get("CONTENT_LENGTH") or ""
    return int(length) if length.isascii() and length.isdecimal() else 0
