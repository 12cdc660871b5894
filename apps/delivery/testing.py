"""Test sends: a push as it was saved, to the browsers that a user has linked or to the devices of
one contact, at once and with the push service's answer.

It takes the way of every push (apps.delivery.messages) but leaves nothing behind: no row, no
receipt, no number, and neither caps nor quiet hours hold it back.
"""

import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from rest_framework.throttling import SimpleRateThrottle

from apps.accounts import audit
from apps.accounts.models import Contact, User
from apps.assets import models as assets
from apps.assets import payloads, rendering
from apps.assets.previews import showing
from apps.assets.tags import NotFilled
from apps.delivery import messages, recording, transport
from apps.delivery.models import Push
from apps.delivery.transport import Outcome, Silence
from apps.devices import endpoints, linked_browsers, subscriptions
from apps.devices.models import LinkedBrowser, Subscription

# What somebody who has pressed a button is made to wait for one round of answers.
SECONDS = 5
# A test that arrives tomorrow is none.
LONGEST_TTL = 3600
# Devices of one contact: more than anybody has.
MOST = 20

# Of a push that is tried again for hours one word is enough; who waits for a test wants to know.
UNAVAILABLE = {
    None: "The push service has a problem of its own",
    Silence.NOT_REACHED: "The push service could not be reached",
    Silence.LATE: "The push service did not answer in time",
    Silence.BROKEN_OFF: "The push service ended the connection without an answer",
}

log = logging.getLogger(__name__)


class NotSent(ValueError):
    """Nothing was sent; the message says why, for people."""


class Turns(SimpleRateThrottle):
    """How many test sends one user of the back office may make."""

    scope = "test_sends"
    rate = "60/hour"

    def get_cache_key(self, request: Any, view: Any) -> str:
        return self.cache_format % {"scope": self.scope, "ident": request.user.pk}


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """Which content is sent: the variation `key`, None being the default content; or, with
    `is_forced` off, whatever the contact would get."""

    key: int | None = None
    is_forced: bool = False


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What is to be tested: a saved push, filled for a contact and with the properties of an
    event; for somebody made up, and with what the push names of events, where `contact` is
    None."""

    asset: assets.Push
    contact: Contact | None
    event: dict[str, Any] = field(default_factory=dict)
    chosen: Chosen = Chosen()


@dataclass(frozen=True, kw_only=True)
class Told:
    """What one browser's push service said: in words, and as it said it; `sent` counts the bytes
    of the encrypted message, 0 where none was sent."""

    where: str
    is_accepted: bool
    words: str
    answer: str = ""
    sent: int = 0
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What was sent, and what each browser's push service said."""

    rendered: rendering.Rendered
    told: list[Told]

    @property
    def was_sent(self) -> bool:
        """Whether anything has left for a push service."""
        return any(each.sent for each in self.told)


@dataclass(frozen=True, kw_only=True)
class _Try:
    receiver: messages.Receiver
    where: str
    message: messages.Message
    request: transport.Request


def render(draft: Draft) -> rendering.Rendered:
    """Fill the push for the contact. Raises NotSent where its tags cannot be filled."""
    chosen = draft.chosen
    every = draft.asset.variations.all()
    relevant = [each for each in every if each.is_active or each.pk == chosen.key]
    source = rendering.of(draft.asset, relevant)
    try:
        return showing.render(source, _viewer(draft, source))
    except NotFilled as error:
        raise NotSent(f"The tags cannot be filled: {error}") from error
    except Exception as error:
        # Texts and values come from outside; what they can do is not to be listed.
        log.warning("Push %s cannot be filled for a test", draft.asset.pk, exc_info=True)
        raise NotSent("The tags cannot be filled with these values.") from error


def _viewer(draft: Draft, source: rendering.Source) -> showing.Viewer:
    chosen = draft.chosen
    version = showing.DEFAULT if chosen.key is None else chosen.key
    only = version if chosen.is_forced else None
    if draft.contact is not None:
        return showing.Viewer(contact=draft.contact, more={"event": draft.event}, version=only)
    somebody = showing.viewer(source, version=only)
    event = {**somebody.more["event"], **draft.event}
    return replace(somebody, more={**somebody.more, "event": event})


def to_linked(draft: Draft, user: User) -> Sent:
    """Send to the browsers that the user has linked for the push's site; unlinks those that have
    gone. Raises NotSent."""
    (linked,) = linked_browsers.of_user(user, [draft.asset.site])
    if not linked.usable:
        words = "Link it again" if linked.browsers else "Link this browser"
        raise NotSent(f"You have no linked browser that can get it. {words} first.")
    return _send(draft, render(draft), [(row, str(row)) for row in linked.usable])


def to_devices(draft: Draft, user: User) -> Sent:
    """Send to every live device of the contact, audited; ends the subscriptions that have gone.

    Raises NotSent, before anything is called, where the contact may not or cannot be sent to.
    """
    contact = draft.contact
    if contact is None:
        raise NotSent("Somebody made up has no device.")
    if contact.has_opted_out:
        raise NotSent(f"{contact} has opted out of push, so nothing may be sent to them.")
    live = Subscription.objects.welcome().filter(
        device__contact=contact.pk, key__retired_at__isnull=True
    )
    rows = list(live.select_related("device", "key")[:MOST])
    if not rows:
        raise NotSent(f"{contact} has no live device.")
    rendered = render(draft)
    audit.note(
        audit.Action.TEST_SENT,
        site=draft.asset.site,
        by=user,
        subject=f"Contact {contact.pk}",
        details={"push": draft.asset.pk, "name": draft.asset.name, "devices": len(rows)},
    )
    return _send(draft, rendered, [(row, str(row.device)) for row in rows])


def _send(
    draft: Draft,
    rendered: rendering.Rendered,
    receivers: Sequence[tuple[messages.Receiver, str]],
) -> Sent:
    shown = rendered.shown
    told: dict[int, Told] = {}
    with transport.Connections(seconds=SECONDS) as connections:
        tries = _tries(draft, shown, receivers, told)
        answers = _answers(connections, tries)
        # As the sender does: what should have fitted is tried once more with less in it.
        slimmer = [
            (row.receiver, row.where)
            for row, answer in answers
            if answer.outcome is Outcome.TOO_LARGE
            and row.message.payload.size > payloads.CAUTIOUS_BYTES
        ]
        again = _tries(draft, shown, slimmer, told, limit=payloads.CAUTIOUS_BYTES)
        answers += _answers(connections, again)
    for row, answer in answers:
        told[row.receiver.pk] = _told(row, answer)
    _keep_true({row.receiver.pk: (row.receiver, answer) for row, answer in answers})
    return Sent(rendered=rendered, told=[told[receiver.pk] for receiver, _ in receivers])


def _answers(
    connections: transport.Connections, tries: list[_Try]
) -> list[tuple[_Try, transport.Answer]]:
    return list(zip(tries, connections.send([row.request for row in tries]), strict=True))


def _tries(
    draft: Draft,
    shown: dict[str, Any],
    receivers: Sequence[tuple[messages.Receiver, str]],
    told: dict[int, Told],
    *,
    limit: int | None = None,
) -> list[_Try]:
    """Make the requests; why one cannot be made is `told`."""
    tries = []
    for receiver, where in receivers:
        holder = receiver if isinstance(receiver, LinkedBrowser) else receiver.device
        try:
            message = messages.make(
                shown,
                site_id=draft.asset.site_id,
                id=uuid.uuid4().hex,
                limit=limit or messages.limit_of(holder.browser, holder.os),
            )
            request = messages.request(
                message,
                receiver,
                draft.asset,
                site=draft.asset.site,
                ttl=min(draft.asset.ttl, LONGEST_TTL),
            )
        except messages.TooLarge as error:
            told[receiver.pk] = _not_sent(where, Push.Reason.TOO_LARGE, str(error))
        except endpoints.EndpointRefused as error:
            told[receiver.pk] = _not_sent(where, Push.Reason.NOT_KNOWN, str(error))
        except Exception as error:
            # Keys come from outside; what they can do is not to be listed.
            log.warning("A test of push %s cannot be made", draft.asset.pk, exc_info=True)
            told[receiver.pk] = _not_sent(where, Push.Reason.REJECTED, type(error).__name__)
        else:
            tries.append(_Try(receiver=receiver, where=where, message=message, request=request))
    return tries


def _not_sent(where: str, reason: Push.Reason, answer: str) -> Told:
    return Told(where=where, is_accepted=False, words=reason.label, answer=answer)


def _told(row: _Try, answer: transport.Answer) -> Told:
    return Told(
        where=row.where,
        is_accepted=answer.outcome is Outcome.ACCEPTED,
        words=_words(row.receiver, answer),
        answer=answer.text,
        sent=len(row.request.body) if answer.was_sent else 0,
        left_out=row.message.payload.left_out,
    )


def _words(receiver: messages.Receiver, answer: transport.Answer) -> str:
    if answer.outcome is Outcome.ACCEPTED:
        return "Accepted by its push service"
    if answer.outcome is Outcome.THROTTLED:
        wait = f" for {answer.retry_after} seconds" if answer.retry_after else ""
        return f"Its push service asks us to wait{wait}"
    if answer.outcome is Outcome.UNAVAILABLE:
        return UNAVAILABLE[answer.silence]
    words = Push.Reason(answer.outcome.value).label
    if answer.outcome is Outcome.GONE:
        is_linked = isinstance(receiver, LinkedBrowser)
        return f"{words}: {'unlinked; link it again' if is_linked else 'noted on the device'}"
    return words


def _keep_true(answers: dict[int, tuple[messages.Receiver, transport.Answer]]) -> None:
    """Note what the answers say of subscriptions and of our keys, as after any send."""
    gone = [row for row, answer in answers.values() if answer.outcome is Outcome.GONE]
    linked_browsers.forget_gone(row.pk for row in gone if isinstance(row, LinkedBrowser))
    ended = [row.pk for row in gone if isinstance(row, Subscription)]
    if ended:
        reason = Subscription.EndReason.GONE
        subscriptions.end(Subscription.objects.filter(pk__in=ended), reason)
    refused = [
        (row.key_id, answer.text)
        for row, answer in answers.values()
        if answer.outcome is Outcome.REFUSED
    ]
    if refused:
        recording.alarm({key for key, _ in refused}, len(refused), refused[0][1])
