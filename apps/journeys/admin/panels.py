"""What is wrong with a journey, on its page, and the journeys of a contact, on theirs."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from apps.accounts.models import Contact
from apps.accounts.panels import Panel, link_to, name_use, panel_on, table
from apps.journeys.models import Journey, PopupStep, PushStep
from apps.journeys.uses import asset_uses
from apps.segments import catalogue, rules

RECENT = 20

for model in (PopupStep, PushStep):
    name_use(model, "step of a journey", lambda step: f"{step} in “{step.journey}”")


@panel_on(Journey, permission="journeys.view_journey")
def broken_entry(request: HttpRequest, journey: Journey) -> Panel | None:
    """Say that nobody enters: what the live entry names has changed since it was published."""
    live = journey.live_version
    if live is None or journey.status not in Journey.RUNNING:
        return None
    found = rules.problems(live.entry_rule, catalogue.of_site(journey.site))
    if not found:
        return None
    content = {"reasons": [problem.message for problem in found]}
    return Panel(
        title="Nobody enters",
        template="admin/panels/broken_entry.html",
        content=content,
        is_above=True,
    )


@panel_on(Journey, permission="journeys.view_journey")
def assets_out_of_use(request: HttpRequest, journey: Journey) -> Panel | None:
    """Say which steps send nothing because what they name is a draft or archived."""
    found = asset_uses.out_of_use([journey]).get(journey.pk)
    if not found:
        return None
    return Panel(
        title="Steps that send nothing",
        template="admin/panels/out_of_use.html",
        content={"reasons": found},
        is_above=True,
    )


@panel_on(Contact, permission="journeys.view_journey")
def journeys_of_contact(request: HttpRequest, contact: Contact) -> Panel:
    rows = contact.enrolments.select_related("journey", "step")[:RECENT]
    return table(
        "Journeys",
        ["Journey", "Time", "Step", "State", "Entered", "Left", "Why"],
        [
            [
                link_to(row.journey),
                row.number,
                row.step.name,
                row.get_exit_reason_display() or row.get_state_display(),
                row.entered_at,
                row.left_at,
                format_html(
                    '<a class="text-link" href="{}">Why?</a>',
                    reverse("journeys_why_of", args=[row.journey_id, contact.pk]),
                ),
            ]
            for row in rows
        ],
        empty="This contact has entered no journey.",
    )
