"""Why a contact gets no push: each reason with its code and its words."""

from django.db.models import TextChoices

from apps.accounts.models import Contact


class Reason(TextChoices):
    OPTED_OUT_BY_PLATFORM = "opted_out_by_platform", "Opted out by the platform"
    UNSUBSCRIBED = "unsubscribed", "They unsubscribed themselves"
    NO_DEVICE = "no_device", "No browser of theirs has a live subscription"


def reasons(contact: Contact) -> list[Reason]:
    """Return why no push reaches the contact; empty when one does."""
    found = []
    if contact.push_disabled_by_platform:
        found.append(Reason.OPTED_OUT_BY_PLATFORM)
    if contact.unsubscribed_at:
        found.append(Reason.UNSUBSCRIBED)
    if not found and not contact.is_reachable:
        found.append(Reason.NO_DEVICE)
    return found
