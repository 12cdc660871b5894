"""From a webhook step and those who have come to it to the rows of their calls."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from apps.accounts.models import Contact
from apps.assets import rendering
from apps.assets.rendering import filling
from apps.assets.tags import NotFilled, Values, render, render_address, render_json
from apps.journeys.models import Call, CompiledStep, Version
from apps.journeys.models.held import Held
from apps.journeys.models.steps.requests import content_type, is_json

FORM = "application/x-www-form-urlencoded"


def calls(step: CompiledStep, rows: Sequence[Held], *, now: datetime) -> list[Call]:
    """Return a call for each of `rows`, in their order and not stored yet, in a constant number of
    queries.

    One whose tags cannot be filled has failed already; its `answer` says why.
    """
    version = Version.objects.select_related("journey__site").get(pk=step.version_id)
    contacts = Contact.objects.in_bulk([row.contact_id for row in rows])
    for contact in contacts.values():
        contact.site = version.journey.site
    config = step.config
    texts = [config["url"], config["body"], *config["headers"].values()]
    batch = rendering.Batch.load({}, contacts.values(), texts=texts)
    made = []
    for row in rows:
        call = Call(
            enrolment_id=row.pk,
            visit=row.visit,
            method=config["method"],
            queued_at=now,
            due_at=now,
            expires_at=now + timedelta(hours=config["patience_hours"]),
        )
        contact = contacts[row.contact_id]
        try:
            _fill(call, step, version, batch.context(contact, row.context))
            if config["method"] != "GET" and not config["body"]:
                told = _default(call, step, version, contact, row)
                call.body = json.dumps(told, ensure_ascii=False)
        except NotFilled as error:
            call.url, call.status, call.due_at = config["url"], Call.Status.FAILED, None
            call.answer = f"Its tags cannot be filled: {error}"[:200]
        made.append(call)
    return made


def _fill(call: Call, step: CompiledStep, version: Version, context: Values) -> None:
    config, site = step.config, version.journey.site
    call.url = _address(filling.address(config["url"], site, context))
    call.headers = {name: _header(text, context) for name, text in config["headers"].items()}
    if config["method"] != "GET" and config["body"]:
        call.body = _body(config["body"], config["headers"], context)


def _address(url: str) -> str:
    """Return the address in the one form whose beginning says which server it is of."""
    if not url:
        raise NotFilled("the address is none of the web")
    parts = urlsplit(url)
    whole = parts._replace(netloc=parts.netloc.lower(), path=parts.path or "/", fragment="")
    return urlunsplit(whole)


def _header(text: str, context: Values) -> str:
    value = render(text, context).strip()
    if not value.isprintable():
        raise NotFilled("a header would have more than one line")
    return value


def _body(text: str, headers: dict[str, str], context: Values) -> str:
    if is_json(headers):
        return render_json(text, context)
    return (render_address if content_type(headers) == FORM else render)(text, context)


def _default(
    call: Call, step: CompiledStep, version: Version, contact: Contact, row: Held
) -> dict[str, Any]:
    """Return what a call tells where the step has no body of its own."""
    journey = version.journey
    return {
        "type": "journey.step",
        "timestamp": call.queued_at.isoformat(),
        "data": {
            "call": str(call.uid),
            "site": journey.site.name,
            "journey": {"id": journey.pk, "name": journey.name, "version": version.number},
            "step": {"key": step.key, "name": step.name},
            "contact": {"external_id": contact.external_id},
            "event": (row.context or {}).get("event") or {},
        },
    }
