"""The server API of events."""

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts import tracking
from apps.accounts.api import bulk
from apps.accounts.api.base import ServerView, validated
from apps.accounts.api.documentation import EVENTS_EXAMPLES, answers
from apps.accounts.api.serializers import EventItemIn, EventsIn, EventsOut
from apps.accounts.models import ApiKey


class EventsView(ServerView):
    scopes = {"POST": ApiKey.Scope.EVENTS_WRITE}

    @extend_schema(
        operation_id="track_events",
        request=EventsIn,
        responses=answers({200: EventsOut, 400: EventsOut}),
        examples=EVENTS_EXAMPLES,
        tags=["events"],
    )
    @transaction.atomic
    def post(self, request: Request) -> Response:
        """Track what contacts did: 1 to 1,000 events in their order.

        What is wrong with one event stops only that one. An event with an `id` counts once under
        its name, however often it is sent.
        """
        given = validated(EventsIn, request)
        checked = bulk.check(given["events"], EventItemIn)
        result = tracking.track_items(
            self.site,
            [tracking.EventItem(**item) for item in checked.fine.values()],
            create_contacts=given["create_contacts"],
        )
        counts = {"accepted": result.accepted, "duplicates": result.duplicates}
        return bulk.answer(counts, checked.with_refused(result.refused))
