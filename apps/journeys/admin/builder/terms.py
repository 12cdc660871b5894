"""The forms of a journey's terms in the side panel."""

from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.utils import timezone

from apps.accounts.collisions import until_unique
from apps.journeys.admin.builder.answers import panel, pieces
from apps.journeys.admin.builder.opened import Opened
from apps.journeys.drafting import drafts, editing
from apps.journeys.forms import TERMS, BuilderForm
from apps.journeys.models import Journey


def terms(opened: Opened, group: str) -> HttpResponse:
    if group not in TERMS:
        raise Http404
    title, _, kind = TERMS[group]
    # Moments are written, and shown, in the site's own time.
    with timezone.override(ZoneInfo(opened.journey.site.time_zone)):
        if opened.request.method == "POST":
            return until_unique(lambda: _save(opened, title, kind))
        return _show(opened, group, kind)


def _show(opened: Opened, group: str, kind: type[BuilderForm]) -> HttpResponse:
    form = kind(instance=opened.journey, journey=opened.journey, user=opened.user)
    return panel(
        opened,
        "terms",
        {
            "journey": opened.journey,
            "group": group,
            "groups": [(name, *rest[:2]) for name, rest in TERMS.items()],
            "form": form,
            "seen": seen_of(opened.journey, kind),
            "known": form.known,
            "may_write": opened.may_write,
        },
    )


def seen_of(journey: Journey, kind: type[BuilderForm]) -> str:
    fields: list[Any] = [journey._meta.get_field(name) for name in kind._meta.fields]
    return drafts.fingerprint({each.name: each.value_from_object(journey) for each in fields})


def _save(opened: Opened, title: str, kind: type[BuilderForm]) -> HttpResponse:
    """Write what was sent, or say what is wrong with it; done anew when another journey takes
    the name meanwhile."""
    opened.forget()
    sent = opened.request.POST
    now = seen_of(opened.journey, kind)
    form = kind(sent, instance=opened.journey, journey=opened.journey, user=opened.user)
    is_valid = form.is_valid()
    if not is_valid or (sent.get("seen") != now and sent.get("anyway") != "1"):
        opened.forget()
        who = drafts.who_changed(opened.journey, but=opened.user)
        conflict = {"conflict": who} if is_valid else {}
        return pieces(opened, errors=form.errors_by_id(), is_unsaved=True, **conflict)
    try:
        with editing.change(opened.journey, f"Changed: {title}", by=opened.user):
            form.instance.save(update_fields=[*kind._meta.fields, "updated_at"])
        drafts.join_last_edits(opened.journey)
    except ValidationError as error:
        opened.forget()
        return pieces(opened, said=" ".join(error.messages), is_bad=True, is_unsaved=True)
    opened.forget()
    return pieces(
        opened,
        errors=form.errors_by_id(),
        panel_seen=seen_of(opened.journey, kind),
        saved=True,
    )
