"""The home page of the back office."""

from typing import Any

from django.http import HttpRequest

from apps.accounts.models import Contact, PushStatus
from apps.delivery.models import Push
from apps.journeys.models import Journey


def home(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add the first numbers a marketer asks for: whom she can ask, whom she can reach."""
    contacts, pushes = Contact.objects.order_by(), Push.objects.order_by()
    if request.user.has_perm("accounts.view_contact"):
        context["numbers"] = [
            ("Can be asked", contacts.filter(push_status=PushStatus.ASK).count()),
            ("Reachable", contacts.filter(is_reachable=True).count()),
            ("Pushes accepted", pushes.filter(status=Push.Status.ACCEPTED).count()),
            ("Clicked", pushes.exclude(clicked_at=None).count()),
        ]
        context["journeys"] = Journey.objects.filter(status__in=Journey.RUNNING).select_related(
            "site"
        )[:10]
    return context
