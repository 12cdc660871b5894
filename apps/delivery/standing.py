"""How a contact stands for pushes at this moment, asked with what sending itself asks."""

from dataclasses import dataclass

from apps.accounts.models import Contact
from apps.delivery import caps, judging
from apps.delivery.caps import Cap
from apps.delivery.hours import Hours
from apps.delivery.judging import Facts, Why
from apps.delivery.models import Limits
from apps.delivery.wanted import Wanted
from apps.devices.models import Subscription

MOST_DEVICES = 20


@dataclass(frozen=True, kw_only=True)
class Standing:
    """`devices` are those with a live subscription, by name, as many as are shown; `facts` what
    sending judges by."""

    facts: Facts
    devices: list[str]
    cap: Cap | None
    hours: Hours

    @property
    def is_capped(self) -> bool:
        return not caps.share(self.cap, [(0, 0, self.facts.sent)])[0]

    def unreachable(self, *, ignores_consent: bool) -> Why | None:
        """Return why no push can reach the contact; None where one can."""
        return judging.unreachable(
            has_opted_out=self.facts.has_opted_out,
            has_device=self.facts.has_device,
            ignores_consent=ignores_consent,
        )


def of(contact: Contact, *, category: str) -> Standing:
    """Return how the contact stands for pushes of the category, in at most four queries. Raises
    Contact.DoesNotExist when it is gone."""
    cap = caps.of_site(contact.site_id, category)
    # Asked for under no key yet.
    found = judging.facts(Wanted(contact_id=contact.pk, key="").selection(), cap=cap)
    if not found:
        raise Contact.DoesNotExist
    live = Subscription.objects.live().filter(device__contact=contact).select_related("device")
    return Standing(
        facts=found[0],
        devices=[str(row.device) for row in live.order_by("device")[:MOST_DEVICES]],
        cap=cap,
        hours=Hours.of(Limits.objects.filter(site=contact.site_id).first()),
    )
