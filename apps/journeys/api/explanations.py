"""The server API of why: one contact and one journey."""

from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.exceptions import APIException, NotFound, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts import external_ids
from apps.accounts.api.documentation import EXTERNAL_ID, answers
from apps.accounts.api.serializers import ErrorOut
from apps.accounts.models import ApiKey, Contact
from apps.journeys import explaining
from apps.journeys.api.documentation import EXPLANATION_EXAMPLES
from apps.journeys.api.views import READ, OfJourneysView
from apps.segments import counting

Scope = ApiKey.Scope
NOT_KNOWN = OpenApiResponse(ErrorOut, "The site has no such journey, or knows no such contact.")
SLOW = OpenApiResponse(ErrorOut, "Asking the journey’s rule takes too long: `too_slow`.")
SECONDS = 10


class TooSlow(APIException):
    status_code = status.HTTP_503_SERVICE_UNAVAILABLE


class AnswerOut(serializers.Serializer):
    words = serializers.CharField()
    is_met = serializers.BooleanField()
    actual = serializers.CharField(help_text="What the contact really has.")
    kind = serializers.CharField(help_text="all, any, none or condition")
    children = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ListField(child=serializers.DictField()))
    def get_children(self, answer: Any) -> list[dict[str, Any]]:
        return AnswerOut(answer.children, many=True).data


class GateOut(serializers.Serializer):
    name = serializers.CharField()
    asked = serializers.CharField()
    is_asked = serializers.BooleanField(help_text="False: the journey has no such gate.")
    is_met = serializers.BooleanField()
    found = serializers.CharField()
    rule = AnswerOut(allow_null=True, help_text="The rule, condition by condition.")


class OccasionOut(serializers.Serializer):
    at = serializers.DateTimeField()
    words = serializers.CharField()
    is_met = serializers.BooleanField(
        allow_null=True, help_text="Whether the event had the properties asked for."
    )
    became = serializers.CharField()


class MomentOut(serializers.Serializer):
    words = serializers.CharField(source="0")
    at = serializers.DateTimeField(source="1")


class MessageOut(serializers.Serializer):
    kind = serializers.CharField(help_text="popup, push or webhook")
    name = serializers.CharField()
    device = serializers.CharField()
    status = serializers.CharField()
    reason = serializers.CharField()
    answer = serializers.CharField(help_text="What the push service, or your system, said.")
    story = MomentOut(many=True)


class PassageOut(serializers.Serializer):
    number = serializers.IntegerField()
    step = serializers.CharField()
    kind = serializers.CharField()
    arrived_at = serializers.DateTimeField()
    left_at = serializers.DateTimeField(allow_null=True)
    outcome = serializers.CharField()
    why = serializers.CharField()
    messages = MessageOut(many=True)


class WayOut(serializers.Serializer):
    number = serializers.IntegerField(help_text="1 is the first time in.")
    version = serializers.IntegerField()
    entered_by = serializers.CharField()
    entered_at = serializers.DateTimeField()
    left_at = serializers.DateTimeField(allow_null=True)
    state = serializers.CharField()
    now = serializers.CharField(help_text="Where the contact is, and what it waits for.")
    converted_at = serializers.DateTimeField(allow_null=True)
    is_control = serializers.BooleanField()
    visits = PassageOut(many=True)
    has_more_visits = serializers.BooleanField()


class SendingOut(serializers.Serializer):
    step = serializers.CharField()
    pushes = serializers.ListField(child=serializers.CharField())
    would_be_sent = serializers.BooleanField()
    gates = GateOut(many=True)


class ExplanationOut(serializers.Serializer):
    at = serializers.DateTimeField()
    version = serializers.IntegerField(allow_null=True, help_text="null: never published.")
    can_enter = serializers.BooleanField()
    verdict = serializers.CharField()
    gates = GateOut(many=True)
    refusal = serializers.CharField(help_text="How often and why refused; empty: never.")
    occasions = OccasionOut(many=True)
    next_chance = serializers.CharField()
    ways = WayOut(many=True)
    has_more_ways = serializers.BooleanField()
    sending = SendingOut(many=True, help_text="The pushes that come next, if sent now.")


class ExplanationView(OfJourneysView):
    scopes = {"GET": READ}

    def check_permissions(self, request: Request) -> None:
        super().check_permissions(request)
        if Scope.CONTACTS_READ not in request.auth.scopes:
            words = f"This API key lacks the scope {Scope.CONTACTS_READ}."
            raise PermissionDenied({"code": "scope_missing", "detail": words})

    @extend_schema(
        operation_id="explain_journey",
        parameters=[EXTERNAL_ID],
        responses=answers({200: ExplanationOut, 404: NOT_KNOWN, 503: SLOW}),
        examples=EXPLANATION_EXAMPLES,
        tags=["journeys"],
    )
    def get(self, request: Request, id: int, external_id: str) -> Response:
        """Say why a contact could enter a journey now or could not, what happened to it inside,
        and whether the next pushes would be sent. Needs `contacts:read` too."""
        journey, contact = self.journey(id), None
        if not external_ids.problem(external_id):
            rows = Contact.objects.filter(site=self.site, external_id=external_id)
            contact = rows.select_related("site").first()
        if contact is None:
            raise NotFound("This site knows no contact of this id.")
        try:
            with counting.at_most(SECONDS):
                found = explaining.explain(journey, contact)
        except counting.TooSlow as error:
            words = "Asking the journey’s rule takes too long."
            raise TooSlow({"code": "too_slow", "detail": words}) from error
        return Response(ExplanationOut(found).data)
