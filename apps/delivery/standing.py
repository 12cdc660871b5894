"""How a contact stands for pushes at this moment, asked with what sending itself asks."""

from dataclasses import dataclass

from django.db.models import Value

from apps.accounts.models import Contact
from apps.delivery import caps
from apps.delivery.caps import Cap
from apps.delivery.hours import Hours
from apps.delivery.models import Limits
from apps.devices.models import Subscription

MOST_DEVICES = 20


@dataclass(frozen=True, kw_only=True)
class Standing:
    """`devices` are those with a live subscription, by name; `sent` how many the cap counts."""

    has_opted_out: bool
    devices: list[str]
    cap: Cap | None
    sent: int
    hours: Hours

    @property
    def is_capped(self) -> bool:
        return not caps.share(self.cap, [(0, 0, self.sent)])[0]


def of(contact: Contact, *, category: str) -> Standing:
    """Return how the contact stands for pushes of the category, in at most five queries."""
    live = Subscription.objects.live().filter(device__contact=contact).select_related("device")
    cap = caps.of_site(contact.site_id, category)
    sent = 0
    if cap:
        # Asked for under no key yet.
        rows = Contact.objects.filter(pk=contact.pk).annotate(wanted_key=Value(""))
        sent = rows.annotate(sent=cap.sent("pk", "wanted_key")).values_list("sent", flat=True).get()
    return Standing(
        has_opted_out=contact.has_opted_out,
        devices=[str(row.device) for row in live.order_by("device")[:MOST_DEVICES]],
        cap=cap,
        sent=sent,
        hours=Hours.of(Limits.objects.filter(site=contact.site_id).first()),
    )
