"""New journeys from documents."""

from typing import Any

from django.db import transaction

from apps.accounts.collisions import until_unique
from apps.accounts.models import Site
from apps.journeys import documents
from apps.journeys.documents import Document
from apps.journeys.models import Journey
from apps.journeys.models.steps import new_key

MAX_NAME = 150


@transaction.atomic
def create(site: Site, document: Document) -> Journey:
    """Make a draft of the document; where its name is taken, a number or “(copy)” is added.

    Raises documents' Refused, and makes nothing then.
    """
    journey = blank(site, document["name"])
    documents.write(journey, {**document, "name": journey.name})
    return journey


def blank(site: Site, name: str) -> Journey:
    """Make a draft without a step; of two who make one of the same name at once both get one."""
    return until_unique(lambda: Journey.objects.create(site=site, name=free_name(site, name)))


def free_name(site: Site, name: str) -> str:
    """Return the name, or a copy's that no journey of the site has. One query."""
    taken = set(Journey.objects.filter(site=site).values_list("name", flat=True))
    found, number = name[:MAX_NAME], 1
    while found in taken:
        ending = f" (copy {number})" if number > 1 else " (copy)"
        found, number = f"{name[: MAX_NAME - len(ending)]}{ending}", number + 1
    return found


def with_new_keys(document: Document) -> Document:
    """Return the document with other keys of steps: what is counted by them begins anew."""
    keys = {step["key"]: new_key() for step in document["steps"]}

    def renamed(step: dict[str, Any]) -> dict[str, Any]:
        leads = {outcome: keys[target] for outcome, target in step["leads"].items()}
        return {**step, "key": keys[step["key"]], "leads": leads}

    return {**document, "steps": [renamed(step) for step in document["steps"]]}
