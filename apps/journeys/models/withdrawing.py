"""Taking back what ways through journeys have asked delivery for."""

from collections.abc import Collection

from apps.accounts.id_lists import listed
from apps.delivery.models import Popup, Push
from apps.delivery.wanted import withdraw
from apps.journeys.models.message_keys import campaign, enrolment_and_visit

ON_THEIR_WAY = (Push.Status.QUEUED, Push.Status.SENDING)


def withdraw_messages(ways: Collection[tuple[int, int, int]]) -> None:
    """Take back the open popups and the queued pushes that any visit of the enrolments has asked
    for; of each its id, and those of its journey and of its contact."""
    ids = {pk for pk, _, _ in ways}
    if not ids:
        return
    theirs = {
        "campaign__in": [*map(campaign, {journey for _, journey, _ in ways})],
        "contact__in": listed({contact for _, _, contact in ways}),
    }
    popups = Popup.objects.filter(**theirs, status__in=Popup.OPEN)
    pushes = Push.objects.filter(**theirs, status__in=ON_THEIR_WAY)
    keys = {*popups.values_list("key", flat=True), *pushes.values_list("key", flat=True)}
    mine = [key for key in keys if (asked := enrolment_and_visit(key)) and asked[0] in ids]
    if mine:
        withdraw(key__in=mine)
