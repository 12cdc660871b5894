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
    journeys = list(Journey.objects.filter(site=contact.site_id).order_by("name")[:MOST])
    if not journeys:
        return None
    return Panel(
        title="Why not in …?",
        template="admin/journeys/why_not.html",
        content={"contact": contact, "journeys": journeys},
    )
