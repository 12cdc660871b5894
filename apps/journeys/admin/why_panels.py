"""Where the explanation is reached from: the pages of journeys and of contacts."""

from django.http import HttpRequest

from apps.accounts.models import Contact
from apps.accounts.panels import Panel, panel_on
from apps.journeys.models import Journey

MOST = 500


@panel_on(Journey, permission="accounts.view_contact")
def why(request: HttpRequest, journey: Journey) -> Panel:
    return Panel(
        title="Why is somebody in, or not?",
        template="admin/journeys/why_search.html",
        content={"journey": journey},
    )


@panel_on(Contact, permission="journeys.view_journey")
def why_not(request: HttpRequest, contact: Contact) -> Panel | None:
    rows = Journey.objects.filter(site=contact.site_id).exclude(status=Journey.Status.ARCHIVED)
    journeys = list(rows.order_by("name", "pk")[:MOST])
    if not journeys:
        return None
    live = [journey for journey in journeys if journey.status in Journey.RUNNING]
    others = [journey for journey in journeys if journey.status not in Journey.RUNNING]
    groups = [(words, found) for words, found in (("Live", live), ("Others", others)) if found]
    return Panel(
        title="Why not in …?",
        template="admin/journeys/why_not.html",
        content={"contact": contact, "groups": groups},
    )
