"""Contacts in addresses: their external ids may hold any character, a slash too."""

from django.http import HttpRequest
from django.urls import register_converter


class ExternalIdConverter:
    regex = r"[\s\S]+"

    def to_python(self, value: str) -> str:
        return value.strip()

    def to_url(self, value: str) -> str:
        return value


register_converter(ExternalIdConverter, "external_id")


def is_part_of_id(request: HttpRequest, ending: str) -> bool:
    """Whether the address ends with `ending` only because the external id does.

    WSGI hands over the decoded path, in which `a%2Fexport` and `a/export` are the same; servers
    add the raw one under a name of their own.
    """
    raw = request.META.get("RAW_URI") or request.META.get("REQUEST_URI") or ending
    return not raw.partition("?")[0].endswith(ending)
