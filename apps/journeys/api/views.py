"""The server API of journeys: their numbers, letting contacts in and taking them out."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.exceptions import APIException, NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts import external_ids, wakeups
from apps.accounts.api import bulk
from apps.accounts.api.base import ServerView, validated
from apps.accounts.api.documentation import EXTERNAL_ID, answers
from apps.accounts.models import ApiKey
from apps.journeys import leaving
from apps.journeys.api.documentation import (
    CANNOT_ENTER,
    ENTRIES_EXAMPLES,
    JOURNEY_EXAMPLES,
    NO_JOURNEY,
    NOT_INSIDE,
)
from apps.journeys.api.serializers import (
    EntriesIn,
    EntriesOut,
    EntryItemIn,
    JourneyDetailOut,
    JourneyOut,
    JourneysOut,
    PageIn,
    PeriodIn,
)
from apps.journeys.entry import by_items
from apps.journeys.listening import hearing
from apps.journeys.models import Enrolment, Journey, Version
from apps.journeys.numbers import statistics

READ, WRITE = ApiKey.Scope.JOURNEYS_READ, ApiKey.Scope.JOURNEYS_WRITE
PAGE = 100
WRONG = OpenApiResponse(dict[str, list[str]], "What is wrong, by field.")


class CannotEnter(APIException):
    status_code = status.HTTP_409_CONFLICT


class OfJourneysView(ServerView):
    def journey(self, id: int) -> Journey:
        """Return the site's journey of this id; answers 404 when there is none."""
        rows = Journey.objects.filter(site=self.site).select_related("live_version", "site")
        # A number beyond its column is no id at all.
        found = rows.filter(pk=id).first() if id < 2**63 else None
        if found is None:
            raise NotFound("This site has no journey of this id.")
        return found


class JourneysView(OfJourneysView):
    scopes = {"GET": READ}

    @extend_schema(
        operation_id="list_journeys",
        parameters=[PageIn],
        responses=answers({200: JourneysOut, 400: WRONG}),
        tags=["journeys"],
    )
    def get(self, request: Request) -> Response:
        """List the site's journeys, the newest first, 100 a page."""
        given = _asked(PageIn, request)
        rows = Journey.objects.filter(site=self.site).select_related("live_version")
        if "before" in given:
            rows = rows.filter(pk__lt=given["before"])
        if "status" in given:
            rows = rows.filter(status=given["status"])
        page = list(rows.order_by("-pk")[: PAGE + 1])
        last = page[PAGE - 1].pk if len(page) > PAGE else None
        return Response({"journeys": JourneyOut(page[:PAGE], many=True).data, "next": last})


class JourneyView(OfJourneysView):
    scopes = {"GET": READ}

    @extend_schema(
        operation_id="get_journey",
        parameters=[PeriodIn],
        responses=answers({200: JourneyDetailOut, 400: WRONG, 404: NO_JOURNEY}),
        examples=JOURNEY_EXAMPLES,
        tags=["journeys"],
    )
    def get(self, request: Request, id: int) -> Response:
        """Return a journey with the numbers of its steps, in a period or of all time.

        Numbers are kept by quarters of an hour: a period begins and ends with one.
        """
        period = _asked(PeriodIn, request)
        journey = self.journey(id)
        live = journey.live_version
        context = {
            "steps": list(live.steps.all()) if live else [],
            "numbers": statistics.of_journey(journey, **period) if live else {},
        }
        return Response(JourneyDetailOut(journey, context=context).data)


class EntriesView(OfJourneysView):
    scopes = {"POST": WRITE}

    @extend_schema(
        operation_id="enter_journey",
        request=EntriesIn,
        responses=answers({200: EntriesOut, 400: EntriesOut, 404: NO_JOURNEY, 409: CANNOT_ENTER}),
        examples=ENTRIES_EXAMPLES,
        tags=["journeys"],
    )
    @transaction.atomic
    def post(self, request: Request, id: int) -> Response:
        """Let 1 to 1,000 contacts into a journey that is entered “By the API or by another
        journey”.

        What is wrong with one stops only that one. The journey's gates are asked for each: who
        may not enter now is told why. An item with an `id` lets its contact in once.
        """
        given = validated(EntriesIn, request)
        version = self._version(id)
        checked = bulk.check(given["entries"], EntryItemIn)
        items = [by_items.EntryItem(**item) for item in checked.fine.values()]
        result = by_items.enter(version, items, at=timezone.now())
        if result.entered:
            wakeups.call(hearing.ADVANCE)
        entries = _entries(list(checked.fine), items, result)
        counts = {
            "entered": len(result.entered),
            "duplicates": len(result.duplicates),
            "refused": len(result.gates),
        }
        errors = checked.with_refused(result.refused)
        answer = bulk.answer(counts, errors)
        answer.data["entries"] = entries
        return answer

    def _version(self, id: int) -> Version:
        journey = self.journey(id)
        version = journey.live_version
        if version is None:
            words = "The journey is not published, so nobody enters it yet."
            raise CannotEnter({"code": "not_published", "detail": words})
        if version.entry_kind != Version.Entry.CALL:
            how = version.get_entry_kind_display()
            words = f"Contacts do not enter this journey by a call, but so: {how}."
            raise CannotEnter({"code": "not_by_call", "detail": words})
        version.journey = journey
        return version


class EntryView(OfJourneysView):
    scopes = {"DELETE": WRITE}

    @extend_schema(
        operation_id="leave_journey",
        parameters=[EXTERNAL_ID],
        responses=answers({204: OpenApiResponse(None, "The contact has left."), 404: NOT_INSIDE}),
        tags=["journeys"],
    )
    def delete(self, request: Request, id: int, external_id: str) -> Response:
        """Take a contact out of a journey; what it has asked for and nobody has seen yet is
        withdrawn. Audited."""
        journey = self.journey(id)
        left = 0
        if not external_ids.problem(external_id):
            rows = Enrolment.objects.filter(journey=journey, contact__external_id=external_id)
            left = leaving.leave_by_hand(rows, by=self.key)
        if not left:
            raise NotFound("No contact of this id is inside this journey.")
        return Response(status=204)


def _asked(serializer: Any, request: Request) -> dict[str, Any]:
    """Return the checked parameters of the address; answers 400 otherwise."""
    checked = serializer(data=request.query_params.dict())
    checked.is_valid(raise_exception=True)
    return checked.validated_data


def _entries(
    indexes: list[int], items: list[by_items.EntryItem], result: by_items.EntryResult
) -> list[dict[str, Any]]:
    """Return what became of each item, under its index in the call."""
    became: dict[int, dict[str, str]] = {
        **{number: {"status": "entered"} for number in result.entered},
        **{number: {"status": "duplicate"} for number in result.duplicates},
        **{
            number: {"status": "refused", "gate": gate.value, "message": gate.label}
            for number, gate in result.gates.items()
        },
    }
    return [
        {"item": indexes[number], "external_id": items[number].external_id, **what}
        for number, what in sorted(became.items())
    ]
