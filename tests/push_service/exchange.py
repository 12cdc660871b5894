"""The state of the push service: who subscribed, what was sent, what became of it."""

import secrets
import threading
import time
from typing import Protocol

from .faults import Faults
from .messages import Attempt, Message, Report, Status
from .subscriptions import Receiver, Subscription


class Courier(Protocol):
    """Brings messages to one kind of receiver."""

    def reaches(self, subscription: Subscription) -> bool:
        """Whether the receiver is online."""

    async def deliver(self, subscription: Subscription, message: Message) -> None:
        """Hand the message over if the receiver is online, and move its status; else nothing."""


class Exchange:
    """Everything in memory; whoever changes it holds `changed`, and whoever waits, waits on it."""

    def __init__(self) -> None:
        self.origin = ""
        self.changed = threading.Condition()
        self.subscriptions: dict[str, Subscription] = {}
        self.messages: dict[str, Message] = {}
        self.attempts: list[Attempt] = []
        self.faults = Faults()
        self.couriers: dict[Receiver, Courier] = {Receiver.ITSELF: _OwnCourier(self)}

    def open(self, receiver: Receiver, key: bytes | None, **details: object) -> Subscription:
        """Hand out a new endpoint; `details` are further fields of the Subscription."""
        token = secrets.token_urlsafe(18)
        endpoint = f"{self.origin}/push/{token}"
        subscription = Subscription(token, endpoint, receiver, key, **details)
        with self.changed:
            self.subscriptions[token] = subscription
            self.changed.notify_all()
        return subscription

    def end(self, subscription: Subscription, reason: str) -> None:
        """From now on the endpoint answers 410, and what waited is gone."""
        with self.changed:
            subscription.ended = subscription.ended or reason
            for message in subscription.messages:
                self._move(message, Status.EXPIRED)
            self.changed.notify_all()

    async def accept(self, subscription: Subscription, message: Message) -> None:
        """Keep the message, in place of a waiting one of its topic, and relay it if possible."""
        with self.changed:
            for other in subscription.messages if message.topic else ():
                if other.topic == message.topic:
                    self._move(other, Status.REPLACED)
            subscription.messages.append(message)
            self.messages[message.id] = message
            self.changed.notify_all()
        await self.couriers[subscription.receiver].deliver(subscription, message)
        if message.ttl == 0 and message.status is Status.WAITING:
            self.move(message, Status.EXPIRED)

    async def relay(self, subscription: Subscription) -> None:
        """Bring everything that still waits, oldest first, to a receiver that came online."""
        for message in list(subscription.messages):
            if message.status is not Status.WAITING:
                continue
            if message.expires_at <= time.time():
                self.move(message, Status.EXPIRED)
            else:
                await self.couriers[subscription.receiver].deliver(subscription, message)

    def hold(self, subscription: Subscription) -> None:
        """The receiver went offline: what it did not ack waits again, or is gone with TTL 0."""
        with self.changed:
            for message in subscription.messages:
                if message.status is Status.RELAYED:
                    message.status = Status.WAITING if message.ttl else Status.EXPIRED
            self.changed.notify_all()

    def move(self, message: Message, status: Status) -> bool:
        """Change a message's status; False if it was final already."""
        with self.changed:
            is_moved = self._move(message, status)
            self.changed.notify_all()
        return is_moved

    def report(self, message_id: str, report: Report) -> None:
        """Note what the browser said of a message; the first ack makes it delivered."""
        with self.changed:
            message = self.messages.get(message_id)
            if message is None:
                return
            message.reports.append(report)
            self._move(message, Status.DELIVERED)
            self.changed.notify_all()

    def note(self, attempt: Attempt) -> None:
        """Remember a request and its answer."""
        with self.changed:
            self.attempts.append(attempt)
            self.changed.notify_all()

    def owned_by(self, owner: str) -> list[Subscription]:
        """The live subscriptions of one browser."""
        with self.changed:
            everything = list(self.subscriptions.values())
        return [entry for entry in everything if entry.owner == owner and entry.is_live]

    def forget(self) -> None:
        """Drop messages, attempts and faults; subscriptions stay."""
        with self.changed:
            self.messages.clear()
            self.attempts.clear()
            self.faults.clear()
            for subscription in self.subscriptions.values():
                subscription.messages.clear()

    @staticmethod
    def _move(message: Message, status: Status) -> bool:
        if message.status.is_final:
            return False
        message.status = status
        return True


class _OwnCourier:
    """For subscriptions whose receiver is the service itself."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def reaches(self, subscription: Subscription) -> bool:
        return subscription.is_online

    async def deliver(self, subscription: Subscription, message: Message) -> None:
        if subscription.is_online:
            self._exchange.move(message, Status.DELIVERED)
