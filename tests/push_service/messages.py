"""What the service knows of a message it accepted."""

import time
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from .decryption import ReceiverKeys, decrypt
from .vapid import Claims


class Status(StrEnum):
    """Where a message is: WAITING until its receiver is online, RELAYED until acked."""

    WAITING = "waiting"
    RELAYED = "relayed"
    DELIVERED = "delivered"
    REPLACED = "replaced"
    DELETED = "deleted"
    EXPIRED = "expired"

    @property
    def is_final(self) -> bool:
        """Whether nothing more happens to the message."""
        return self not in (Status.WAITING, Status.RELAYED)


@dataclass(frozen=True)
class Report:
    """What the browser said: `kind` is ack or nack; the codes are Mozilla's, 100 for Chromium."""

    kind: str
    code: int


@dataclass(eq=False)
class Message:
    """An accepted message (RFC 8030, section 5): `ttl` in seconds, times in s since 1970."""

    id: str
    token: str
    body: bytes
    ttl: int
    urgency: str
    topic: str | None
    claims: Claims | None
    keys: ReceiverKeys | None
    received_at: float = field(default_factory=time.time)
    status: Status = Status.WAITING
    reports: list[Report] = field(default_factory=list)

    @cached_property
    def plaintext(self) -> bytes | None:
        """What the site sent; None if only a browser holds the keys. Raises DecryptionError.

        It is worked out when first asked for, so that accepting stays fast.
        """
        if not self.body:
            return b""
        return decrypt(self.body, self.keys) if self.keys else None

    @property
    def expires_at(self) -> float:
        """When the time to live is over, in seconds since 1970."""
        return self.received_at + self.ttl

    @property
    def acks(self) -> list[int]:
        """The codes of the browser's acks."""
        return [report.code for report in self.reports if report.kind == "ack"]

    @property
    def nacks(self) -> list[int]:
        """The codes of the browser's nacks."""
        return [report.code for report in self.reports if report.kind == "nack"]


@dataclass(frozen=True)
class Attempt:
    """One POST to an endpoint and what it was answered; status 0 stands for no answer at all."""

    token: str
    status: int
    reason: str
    at: float
