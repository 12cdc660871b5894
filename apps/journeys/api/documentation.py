"""Examples of the server API of journeys."""

from drf_spectacular.utils import OpenApiExample, OpenApiResponse

from apps.accounts.api.serializers import ErrorOut

NO_JOURNEY = OpenApiResponse(ErrorOut, "The site has no journey of this id.")
CANNOT_ENTER = OpenApiResponse(
    ErrorOut,
    "Nobody enters this journey by a call: `not_published`, or `not_by_call`.",
)
NOT_INSIDE = OpenApiResponse(
    ErrorOut, "No such journey, no such contact, or the contact is not inside."
)

ENTRIES_EXAMPLES = [
    OpenApiExample(
        "Three contacts",
        request_only=True,
        value={
            "entries": [
                {"external_id": "anna", "id": "order-1042", "properties": {"total": 59.9}},
                {"external_id": "ben", "id": "order-1043"},
                {"external_id": "nobody"},
            ]
        },
    ),
    OpenApiExample(
        "One entered, one kept out, one not known",
        response_only=True,
        status_codes=["200"],
        value={
            "entered": 1,
            "duplicates": 0,
            "refused": 1,
            "entries": [
                {"item": 0, "external_id": "anna", "status": "entered"},
                {
                    "item": 1,
                    "external_id": "ben",
                    "status": "refused",
                    "gate": "reentry",
                    "message": "Has been in, or is inside",
                },
            ],
            "errors": [
                {
                    "item": 2,
                    "field": "external_id",
                    "message": "This site knows no contact of this id.",
                }
            ],
        },
    ),
]
JOURNEY_EXAMPLES = [
    OpenApiExample(
        "A journey",
        response_only=True,
        status_codes=["200"],
        value={
            "id": 7,
            "name": "After a purchase",
            "status": "active",
            "held": False,
            "entry": "call",
            "live_version": {"number": 3, "published_at": "2026-05-04T12:30:00Z"},
            "created_at": "2026-04-01T09:00:00Z",
            "steps": [
                {
                    "key": "5f0c2b9e11aa",
                    "name": "Say thank you",
                    "kind": "push",
                    "entered": 1200,
                    "waiting": 0,
                    "failed": 0,
                    "left": {"sent": 950, "unreachable": 250},
                }
            ],
        },
    )
]
EXPLANATION_EXAMPLES = [
    OpenApiExample(
        "Kept out by the rule",
        response_only=True,
        status_codes=["200"],
        value={
            "at": "2026-05-04T12:30:00Z",
            "version": 3,
            "can_enter": False,
            "verdict": "Could not enter now: Did not meet “for contacts who”.",
            "gates": [
                {
                    "name": "rule",
                    "asked": "For contacts who: plan is gold",
                    "is_asked": True,
                    "is_met": False,
                    "found": "does not meet it",
                    "rule": {
                        "words": "plan is gold",
                        "is_met": False,
                        "actual": "plan is silver",
                        "kind": "condition",
                        "children": [],
                    },
                }
            ],
            "refusal": "Refused twice, last on 3 May 2026, 18:04: Did not meet “for contacts who”.",
            "occasions": [
                {
                    "at": "2026-05-03T16:04:00Z",
                    "words": "did purchase",
                    "is_met": None,
                    "became": "refused: Did not meet “for contacts who”",
                }
            ],
            "next_chance": "",
            "ways": [],
            "has_more_ways": False,
            "sending": [],
        },
    )
]
