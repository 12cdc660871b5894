"""May a contact be sent a push? What is known of it, in one query, and the rule that judges it.

Whoever sends, explains or tries a push asks here, so that all three say the same.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet, TextChoices, Value

from apps.delivery.caps import Cap
from apps.delivery.wanted import Selection


class Why(TextChoices):
    """Why somebody is not sent a push."""

    NOT_ACTIVE = "not_active", "The push is not active"
    OPTED_OUT = "opted_out", "The contact has opted out of push"
    NO_DEVICE = "no_device", "The contact has no device with a live subscription"
    CAPPED = "capped", "The contact was sent as many as the site allows"


@dataclass(kw_only=True, slots=True)
class Facts:
    """How the contact of `row`, an id of the selection, stands; `sent` is how many others count
    under the cap."""

    row: int
    contact: int
    has_opted_out: bool
    has_device: bool
    sent: int


def facts(
    selection: Selection, rows: QuerySet[Any, Any] | None = None, *, cap: Cap | None = None
) -> list[Facts]:
    """Return how the contacts of the selection stand, or of those `rows` of it, in one query."""
    rows = selection.rows.order_by() if rows is None else rows
    contact, way = selection.path("pk"), selection.path("devices__subscriptions")
    sent: Any = Value(0)
    if cap:
        rows, sent = rows.annotate(wanted_key=selection.key), cap.sent(contact, "wanted_key")
    # A row for each subscription that the contact ever had: with a question in each row whether
    # there is a live one, PostgreSQL would read all that there are, for each batch.
    asked = rows.annotate(sent_lately=sent).values_list(
        "pk",
        contact,
        "sent_lately",
        selection.path("push_disabled_by_platform"),
        selection.path("unsubscribed_at"),
        f"{way}__pk",
        f"{way}__ended_at",
    )
    found: dict[int, Facts] = {}
    for pk, contact_id, count, is_disabled, unsubscribed_at, subscription, ended_at in asked:
        is_live = bool(subscription and not ended_at)
        if pk not in found:
            found[pk] = Facts(
                row=pk,
                contact=contact_id,
                has_opted_out=bool(is_disabled or unsubscribed_at),
                has_device=is_live,
                sent=count,
            )
        elif is_live:
            found[pk].has_device = True
    return list(found.values())


def unreachable(*, has_opted_out: bool, has_device: bool, ignores_consent: bool) -> Why | None:
    """Return why no push can reach such a contact; None where one can. Consent goes first; the
    cap is shared among those who are left (apps.delivery.caps)."""
    if has_opted_out and not ignores_consent:
        return Why.OPTED_OUT
    return None if has_device else Why.NO_DEVICE
