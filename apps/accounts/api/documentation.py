"""What the OpenAPI document says of every call of the server API."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse

from apps.accounts.api.serializers import ErrorOut

EXTERNAL_ID = OpenApiParameter(
    "external_id",
    str,
    OpenApiParameter.PATH,
    description="As the site calls the contact, percent-encoded: a slash is `%2F`.",
)

ALWAYS = {
    401: OpenApiResponse(ErrorOut, "No API key, or one that is not known or was revoked."),
    403: OpenApiResponse(ErrorOut, "The API key lacks the scope; the answer names it."),
    429: OpenApiResponse(ErrorOut, "Too many calls by this key; `Retry-After` says when again."),
}
NOT_FOUND = OpenApiResponse(ErrorOut, "The site knows no contact of this id.")


def answers(own: dict[int, Any]) -> dict[int, Any]:
    """Return the answers by status: those of the call, and those that each may give."""
    return {**own, **ALWAYS}


EVENTS_EXAMPLES = [
    OpenApiExample(
        "Two events",
        request_only=True,
        value={
            "events": [
                {
                    "external_id": "anna",
                    "name": "purchase",
                    "id": "order-1042",
                    "at": "2026-05-04T12:30:00+02:00",
                    "properties": {"total": 59.9, "currency": "EUR"},
                },
                {"external_id": "ben", "name": "cart_left"},
            ],
            "create_contacts": False,
        },
    ),
    OpenApiExample(
        "One stored, one refused",
        response_only=True,
        status_codes=["200"],
        value={
            "accepted": 1,
            "duplicates": 0,
            "errors": [
                {
                    "item": 1,
                    "field": "external_id",
                    "message": "This site knows no contact of this id.",
                }
            ],
        },
    ),
]

_FIELDS = {
    "state": {"plan": "gold", "trial": None},
    "language": "de",
    "time_zone": "Europe/Berlin",
    "push_disabled_by_platform": False,
}
CONTACT_EXAMPLES = [OpenApiExample("A contact", request_only=True, value=_FIELDS)]
CONTACTS_EXAMPLES = [
    OpenApiExample(
        "One contact", request_only=True, value={"contacts": [{"external_id": "anna", **_FIELDS}]}
    ),
    OpenApiExample(
        "One made, one refused",
        response_only=True,
        status_codes=["200"],
        value={
            "created": 1,
            "updated": 0,
            "unchanged": 0,
            "errors": [
                {"item": 1, "field": "time_zone", "message": "This time zone is not known."}
            ],
        },
    ),
]
