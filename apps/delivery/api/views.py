"""The client API of messages: the waiting popup, its answer, and the worker's receipts."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api.base import TwiceView, validated
from apps.accounts.api.parsing import StrictJSONParser
from apps.delivery import popups, receipts
from apps.delivery.api.serializers import NextPopupOut, PopupReportIn, ReceiptIn
from apps.delivery.models import Popup
from apps.devices import sessions
from apps.devices.api.base import ClientThrottle, ClientView


class NextPopupView(ClientView):
    @extend_schema(responses=NextPopupOut, tags=["client"])
    def get(self, request: Request) -> Response:
        """Return the popup that this visitor should see now, if any."""
        sessions.sign_of_life(self.device)
        return Response({"popup": popups.next_for(self.device), "wait": None})


class PopupReportView(ClientView):
    @extend_schema(request=PopupReportIn, responses={200: None}, tags=["client"])
    def post(self, request: Request, uid: str) -> Response:
        """Say that a popup was shown, or how it was answered."""
        given = validated(PopupReportIn, request)
        popup = get_object_or_404(
            Popup.objects.select_related("contact"), uid=uid, contact=self.device.contact_id
        )
        noted = popups.report(
            popup, self.device, popups.Report(given["kind"]), button=given.get("button")
        )
        return Response({"noted": noted})


class ReceiptsView(TwiceView):
    """Signed by the push itself, so it needs neither a device nor a site."""

    authentication_classes: list = []
    permission_classes = [AllowAny]
    parser_classes = [StrictJSONParser]
    throttle_classes = [ClientThrottle]

    @extend_schema(request=ReceiptIn, responses={202: None}, tags=["client"], auth=[])
    def post(self, request: Request) -> Response:
        """Say that a push was shown, clicked or dismissed."""
        given = validated(ReceiptIn, request)
        try:
            noted = receipts.accept(
                given["id"],
                given["token"],
                receipts.Kind(given["kind"]),
                button=given.get("button"),
                at=given.get("at"),
            )
        except receipts.ReceiptRefused as error:
            raise PermissionDenied(str(error)) from error
        return Response({"noted": noted}, status=202)
