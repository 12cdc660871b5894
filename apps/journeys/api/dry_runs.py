"""The server API of dry runs: having a draft tried, and reading what came of it."""

from typing import Any

from django.core.exceptions import ValidationError
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api.base import validated
from apps.accounts.api.documentation import answers
from apps.accounts.api.serializers import ErrorOut, StrictSerializer
from apps.journeys.api.documentation import NO_JOURNEY
from apps.journeys.api.views import READ, WRITE, WRONG, CannotEnter, OfJourneysView
from apps.journeys.dry_runs import running
from apps.journeys.models import DryRun

BUSY = OpenApiResponse(ErrorOut, "`busy`: a dry run of this journey is not over yet.")
NO_RUN = OpenApiResponse(ErrorOut, "The site has no such journey, or the journey no such dry run.")


class DryRunIn(StrictSerializer):
    options = serializers.DictField(
        required=False,
        default=dict,
        help_text="All are optional: `who` (everybody, rule, segment), `segment`, `size` (up to "
        "5,000), `days` (up to 90), `start`, `many`, `seed`, and percentages: `events` by name, "
        "`popups` and `webhooks` by outcome, `joins`, `calls`.",
    )


class DryRunOut(serializers.ModelSerializer):
    result = serializers.SerializerMethodField(help_text="Null until the run is done.")

    class Meta:
        model = DryRun
        fields = (
            "id",
            "status",
            "progress",
            "options",
            "result",
            "error",
            "queued_at",
            "finished_at",
        )
        read_only_fields = fields

    def get_result(self, run: DryRun) -> dict[str, Any] | None:
        return run.result if run.status == DryRun.Status.DONE else None


class DryRunsView(OfJourneysView):
    scopes = {"POST": WRITE}

    @extend_schema(
        operation_id="begin_dry_run",
        request=DryRunIn,
        responses=answers({202: DryRunOut, 400: WRONG, 404: NO_JOURNEY, 409: BUSY}),
        tags=["journeys"],
    )
    def post(self, request: Request, id: int) -> Response:
        """Have the journey's draft tried over real contacts, with a simulated clock.

        Nobody enters, nothing is sent. Ask for the run again until its status is `done` or
        `failed`.
        """
        given = validated(DryRunIn, request)
        journey = self.journey(id)
        try:
            run = running.begin(journey, None, given["options"])
        except running.Busy as error:
            raise CannotEnter({"code": "busy", "detail": str(error)}) from error
        except ValidationError as error:
            # What is wrong with the draft itself belongs to no option.
            by_field = hasattr(error, "error_dict")
            wrong = error.message_dict if by_field else {"draft": error.messages}
            raise serializers.ValidationError(wrong) from error
        return Response(DryRunOut(run).data, status=202)


class DryRunView(OfJourneysView):
    scopes = {"GET": READ}

    @extend_schema(
        operation_id="get_dry_run",
        responses=answers({200: DryRunOut, 404: NO_RUN}),
        tags=["journeys"],
    )
    def get(self, request: Request, id: int, run: int) -> Response:
        """Return a dry run: how far it is, and what it expects once it is done.

        Its `result` says in `assumptions` what it stands on.
        """
        rows = DryRun.objects.filter(journey=self.journey(id))
        found = rows.filter(pk=run).first() if run < 2**63 else None
        if found is None:
            raise NotFound("This journey has no dry run of this id.")
        return Response(DryRunOut(found).data)
