"""What the rule builder's script asks for while a marketer edits."""

from dataclasses import dataclass
from typing import Any

from django.contrib.admin.utils import quote
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from apps.accounts import keys
from apps.accounts.models import Contact, Site
from apps.segments import catalogue, counting, membership, offers, reading, rules, suggesting
from apps.segments.counting import TooSlow
from apps.segments.rules import Context, Rule

SAMPLES = 5
SECONDS = 15
# Who has a rule to edit may count.
MAX_BYTES = 500_000
PERMISSIONS = (
    *("segments.view_segment", "journeys.view_journey"),
    *("assets.view_variation", "assets.view_labeltag"),
)


@dataclass(frozen=True, kw_only=True)
class Asked:
    rule: Rule
    context: Context
    inside: tuple[int, ...]
    is_exact: bool


class Refused(Exception):
    """The request is none of the builder's; `status` is that of HTTP."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


@require_GET
def offered(request: HttpRequest) -> HttpResponse:
    """Answer with what a site's rules can ask for."""
    _require_editor(request)
    try:
        return JsonResponse(offers.of_site(_site(request.GET.get("site"))))
    except Refused as refused:
        return JsonResponse({"message": str(refused)}, status=refused.status)


@require_GET
def values(request: HttpRequest) -> HttpResponse:
    """Answer with values that a text field has, to whoever may see those of contacts."""
    _require_editor(request)
    if not request.user.has_perm("accounts.view_contact"):
        return JsonResponse({"values": []})
    name, event = request.GET.get("field", ""), request.GET.get("event", "")
    try:
        context = catalogue.of_site(_site(request.GET.get("site")))
    except Refused as refused:
        return JsonResponse({"message": str(refused)}, status=refused.status)
    return JsonResponse({"values": suggesting.values(name, context, event=event)})


@require_POST
def count(request: HttpRequest) -> HttpResponse:
    """Answer with how many meet the rule in the body: about, or exactly where `exact` asks so."""
    _require_editor(request)
    try:
        asked = _asked(request)
        problems = rules.problems(asked.rule, asked.context, inside=asked.inside)
        if problems:
            found = [{"path": row.path, "message": row.message} for row in problems]
            return JsonResponse({"problems": found})
        return JsonResponse(_exactly(request, asked) if asked.is_exact else _about(request, asked))
    except Refused as refused:
        return JsonResponse({"message": str(refused)}, status=refused.status)
    except TooSlow:
        return JsonResponse({"is_too_slow": True})


def _require_editor(request: HttpRequest) -> None:
    if not any(request.user.has_perm(permission) for permission in PERMISSIONS):
        raise PermissionDenied


def _asked(request: HttpRequest) -> Asked:
    if len(request.body) > MAX_BYTES:
        raise Refused("This rule is too long.", 413)
    try:
        body = reading.read(request.body.decode())
    except UnicodeDecodeError as error:
        raise Refused("This is not readable as a rule.") from error
    except reading.Unreadable as error:
        raise Refused(str(error)) from error
    if not isinstance(body, dict):
        raise Refused("Send an object with site and rule.")
    context = catalogue.of_site(_site(body.get("site")))
    inside = body.get("inside")
    is_known = type(inside) is int and inside in context.segments
    return Asked(
        rule=body.get("rule"),
        context=context,
        inside=(inside,) if is_known else (),
        is_exact=body.get("exact") is True,
    )


def _site(number: Any) -> Site:
    site = Site.objects.filter(pk=keys.read(number)).first()
    if site is None:
        raise Refused("There is no such site.", 404)
    return site


def _about(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    return _shown(request, asked, counting.estimate(asked.rule, asked.context))


def _exactly(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    # A browser that gives up does not end the query: one at a time for each person, so that
    # edits never pile up. Who finds it taken asks again in a moment.
    turn = f"segments.counting.{request.user.pk}"
    if not cache.add(turn, 1, timeout=SECONDS * 2):
        raise Refused("Your last count still runs.", 429)
    try:
        return _shown(request, asked, counting.count(asked.rule, asked.context, seconds=SECONDS))
    finally:
        cache.delete(turn)


def _shown(request: HttpRequest, asked: Asked, found: counting.Numbers) -> dict[str, Any]:
    return {
        "contacts": found.contacts,
        "reachable": found.reachable,
        "is_exact": found.is_exact,
        "words": rules.describe(asked.rule, asked.context),
        "samples": _samples(asked) if request.user.has_perm("accounts.view_contact") else [],
    }


def _samples(asked: Asked) -> list[dict[str, str]]:
    """Return a few who meet the rule, of those in the sampled bucket where there are many."""
    site_id = asked.context.site_id
    bucket = Contact.objects.filter(site=site_id, bucket=counting.SAMPLED)
    is_whole = asked.is_exact or counting.is_small(site_id)
    among = None if is_whole else bucket.values("pk")
    try:
        with counting.at_most(2):
            rows = list(membership.matching(asked.rule, asked.context, among=among)[:SAMPLES])
    except TooSlow:
        return []
    return [
        {"name": str(row), "url": reverse("admin:accounts_contact_change", args=[quote(row.pk)])}
        for row in rows
    ]
