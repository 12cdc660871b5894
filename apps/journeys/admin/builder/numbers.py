"""The live numbers on the picture: asked for again and again by whoever looks at it."""

import math
import time
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse, JsonResponse

from apps.journeys.admin.builder.opened import Opened
from apps.journeys.numbers import live, periods

EVERY_SECONDS = 5
# Counting takes a tenth of the time at most, however many contacts there are.
SHARE = 10


def numbers(opened: Opened) -> HttpResponse:
    """Answer with the numbers, or with what is wrong with what was chosen."""
    try:
        return JsonResponse(_of(opened, opened.request.GET))
    except ValidationError as error:
        return JsonResponse({"error": " ".join(error.messages)}, status=400)


def of_page(opened: Opened) -> dict[str, Any] | None:
    """Return what the page begins with; None for a journey without numbers. An address that makes
    no sense chooses everything."""
    if opened.journey.live_version_id is None:
        return None
    wanted: Mapping[str, Any] = opened.request.GET
    try:
        data = _of(opened, wanted)
    except ValidationError:
        wanted = {}
        data = _of(opened, wanted)
    return {
        "data": data,
        "periods": periods.PERIODS.items(),
        "versions": list(opened.journey.versions.values_list("number", flat=True)),
        "period": wanted.get("period", periods.ALL),
        "version": wanted.get("version", periods.ALL),
        "first": wanted.get("from", ""),
        "last": wanted.get("to", ""),
    }


def _of(opened: Opened, wanted: Mapping[str, Any]) -> dict[str, Any]:
    begun = time.monotonic()
    chosen = periods.read(wanted, opened.journey)
    found = live.of_journey(opened.journey, chosen, set(opened.draft.steps))
    took = time.monotonic() - begun
    return {
        "again": max(EVERY_SECONDS, math.ceil(SHARE * took)),
        "counts": found.counts,
        "texts": found.texts,
    }
