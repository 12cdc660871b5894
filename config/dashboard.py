"""The home page of the back office."""

from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse

from apps.accounts.models import Contact, PushStatus, Site
from apps.delivery.models import Push
from apps.journeys.models import Enrolment, Journey

MOST_JOURNEYS = 10


def home(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add what a marketer asks first: whom she can ask, whom she can reach, what runs."""
    can_see = request.user.has_perm
    numbers = []
    if can_see("accounts.view_contact"):
        numbers += _of_contacts()
    if can_see("delivery.view_push"):
        numbers += _of_pushes()
    if numbers:
        context["numbers"] = numbers
    if can_see("journeys.view_journey"):
        context["journeys"] = _running()[:MOST_JOURNEYS]
    hints = _hints(request)
    if not all(hint["done"] for hint in hints):
        context["hints"] = hints
    return context


def _of_contacts() -> list[dict[str, Any]]:
    found = Contact.objects.aggregate(
        ask=Count("pk", filter=Q(push_status=PushStatus.ASK)),
        reachable=Count("pk", filter=Q(is_reachable=True)),
    )
    contacts = reverse("admin:accounts_contact_changelist")
    return [
        {
            "title": "Can be asked",
            "value": found["ask"],
            "hint": "Contacts whose browser has not put the question yet.",
            "link": f"{contacts}?push_status__exact={PushStatus.ASK}",
        },
        {
            "title": "Reachable",
            "value": found["reachable"],
            "hint": "Contacts with at least one device that takes pushes.",
            "link": f"{contacts}?is_reachable__exact=1",
        },
    ]


def _of_pushes() -> list[dict[str, Any]]:
    found = Push.objects.aggregate(
        accepted=Count("pk", filter=Q(status=Push.Status.ACCEPTED)), clicked=Count("clicked_at")
    )
    pushes = reverse("admin:delivery_push_changelist")
    return [
        {
            "title": "Pushes accepted",
            "value": found["accepted"],
            "hint": "Messages that a push service has taken, ever.",
            "link": f"{pushes}?status__exact={Push.Status.ACCEPTED}",
        },
        {
            "title": "Clicked",
            "value": found["clicked"],
            "hint": "Of those, how many were clicked.",
            "link": pushes,
        },
    ]


def _running() -> QuerySet[Journey]:
    inside = (
        Enrolment.objects.filter(journey=OuterRef("pk"), left_at=None)
        .order_by()
        .values("journey")
        .annotate(count=Count("pk"))
    )
    return (
        Journey.objects.filter(status__in=Journey.RUNNING)
        .select_related("site", "live_version")
        .annotate(inside=Coalesce(Subquery(inside.values("count")), 0))
    )


def _hints(request: HttpRequest) -> list[dict[str, Any]]:
    site = Site.objects.first()
    sites = reverse("admin:accounts_site_changelist")
    page = reverse("admin:accounts_site_change", args=[site.pk]) if site else sites
    may_add = request.user.has_perm("accounts.add_site")
    return [
        {
            "text": "Create a site: the website that visitors come to.",
            "link": reverse("admin:accounts_site_add") if may_add else sites,
            "done": site is not None,
        },
        {
            "text": "Put the script on its pages. The site’s page here has it to copy.",
            "link": page,
            "done": Contact.objects.exclude(last_seen_at=None).exists(),
        },
        {
            "text": "Publish the journey “Ask for push permission”, which every site comes with.",
            "link": reverse("admin:journeys_journey_changelist"),
            "done": Journey.objects.exclude(live_version=None).exists(),
        },
        {
            "text": "Allow push on the site yourself: the first contact becomes reachable.",
            "link": reverse("admin:accounts_contact_changelist"),
            "done": Contact.objects.filter(is_reachable=True).exists(),
        },
    ]
