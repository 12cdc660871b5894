"""Holding a campaign: what it has queued waits, and nobody sees it, until it is let go on."""

from apps.delivery.models import Hold


def hold(campaign: str) -> None:
    """Let what the campaign has queued wait; nothing of it is sent or shown any more."""
    Hold.objects.get_or_create(campaign=campaign)


def release(campaign: str) -> None:
    """Let a held campaign go on; what has been sent is not sent again."""
    Hold.objects.filter(campaign=campaign).delete()
