"""The client API of messages: the waiting popup, its answer, and the worker's receipts."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api.base import TwiceView, validated
from apps.accounts.api.parsing import StrictJSONParser
from apps.assets.previews import signed
from apps.delivery import popups, receipts
from apps.delivery.api.serializers import (
    NextPopupOut,
    PopupReportIn,
    PreviewIn,
    PreviewOut,
    ReceiptIn,
)
from apps.delivery.models import Popup
from apps.devices import sessions
from apps.devices.api.base import ClientThrottle, ClientView

PAGE = OpenApiParameter(
    "X-Pushdesk-Page",
    str,
    OpenApiParameter.HEADER,
    description="Address of the page, without query and fragment: some popups are for some pages. "
    "With the query where an answer before has asked for it.",
)


class NextPopupView(ClientView):
    @extend_schema(responses=NextPopupOut, parameters=[PAGE], tags=["client"])
    def get(self, request: Request) -> Response:
        """Return the popup that this visitor should see now on this page, if any."""
        sessions.sign_of_life(self.device)
        found = popups.look(self.device, request.headers.get("X-Pushdesk-Page", ""))
        return Response({"popup": found.popup, "wait": None, "query": found.wants_query})


class PreviewView(ClientView):
    """For a marketer who follows a signed link: it knows no device, and counts nothing."""

    authentication_classes: list = []
    needs_device = False
    max_bytes = 10_000

    @extend_schema(request=PreviewIn, responses=PreviewOut, tags=["client"], auth=[])
    def post(self, request: Request) -> Response:
        """Return the popup that a preview link is for."""
        given = validated(PreviewIn, request)
        try:
            return Response({"popup": signed.opened(given["token"], self.site)})
        except signed.Refused as error:
            raise PermissionDenied(str(error)) from error


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
