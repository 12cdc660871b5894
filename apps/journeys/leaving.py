"""Leaving a journey before its end: with it goes what was asked for and nobody has seen yet."""

from collections.abc import Iterable

from django.db import transaction

from apps.accounts.id_lists import listed
from apps.accounts.models import User
from apps.delivery.models import Popup, Push
from apps.delivery.wanted import withdraw
from apps.journeys import moving
from apps.journeys.kinds import enrolment_and_visit
from apps.journeys.models import Call, Enrolment
from apps.journeys.models.enrolments import EnrolmentQuerySet, campaign

BATCH = 1_000
ON_THEIR_WAY = (Push.Status.QUEUED, Push.Status.SENDING)


def leave(enrolments: EnrolmentQuerySet, reason: Enrolment.Exit) -> int:
    """End the ways of those of `enrolments` who are inside, a batch at a time; returns how many.

    Open popups, queued pushes and webhooks that were not called yet are withdrawn in the same
    transaction.
    """
    total = left = leave_batch(enrolments, reason)
    while left == BATCH:
        left = leave_batch(enrolments, reason)
        total += left
    return total


def leave_by_hand(enrolments: EnrolmentQuerySet, by: User) -> int:
    """Take them out because `by` wants so; returns how many were inside."""
    return leave(enrolments, Enrolment.Exit.HAND)


@transaction.atomic
def leave_batch(
    enrolments: EnrolmentQuerySet, reason: Enrolment.Exit, *, skip_locked: bool = False
) -> int:
    """Do so for up to BATCH of them. With `skip_locked`, those that somebody else holds at this
    moment stay."""
    inside = enrolments.inside().order_by("pk")
    held = inside.select_for_update(of=("self",), skip_locked=skip_locked)
    rows = list(held.values_list("pk", "journey_id", "contact_id")[:BATCH])
    if not rows:
        return 0
    ids = {pk for pk, _, _ in rows}
    moving.leave(ids, reason)
    _withdraw(
        ids, {campaign(journey) for _, journey, _ in rows}, {contact for _, _, contact in rows}
    )
    return len(ids)


def _withdraw(ids: set[int], campaigns: set[str], contacts: set[int]) -> None:
    """Take back what any visit of these enrolments has asked for."""
    theirs = {"campaign__in": campaigns, "contact__in": listed(contacts)}
    popups = Popup.objects.filter(**theirs, status__in=Popup.OPEN)
    pushes = Push.objects.filter(**theirs, status__in=ON_THEIR_WAY)
    keys = [*_keys(popups.values_list("key", flat=True), ids)]
    keys += _keys(pushes.values_list("key", flat=True), ids)
    if keys:
        withdraw(key__in=keys)
    Call.objects.filter(enrolment__in=listed(ids), status=Call.Status.QUEUED).update(
        status=Call.Status.WITHDRAWN, due_at=None
    )


def _keys(found: Iterable[str], ids: set[int]) -> list[str]:
    return [key for key in found if (asked := enrolment_and_visit(key)) and asked[0] in ids]
