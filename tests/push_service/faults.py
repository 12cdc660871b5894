"""Misbehaviour on demand, for tests of senders."""

import asyncio
import random
import socket
import struct
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime

from aiohttp import web

SLOW = "slow"
HANG_UP = "hang_up"
RESET = "reset"
LOSE_ANSWER = "lose_answer"
SILENT = (HANG_UP, RESET, LOSE_ANSWER)
KINDS = (SLOW, *SILENT)


@dataclass
class Fault:
    """One rule: which requests go wrong, and how.

    `kind` is an HTTP status or one of: `slow` (answer properly after `seconds`), `hang_up` (close
    without an answer), `reset` (TCP RST), `lose_answer` (accept and deliver, then hang up).
    `token` limits it to one subscription; `times` None means always; `probability` is 0 to 1;
    `retry_after` is in seconds or a moment (aware), sent as RFC 9110, section 10.2.3 says.
    """

    kind: int | str
    token: str | None = None
    times: int | None = 1
    probability: float = 1.0
    seconds: float = 0.0
    retry_after: int | datetime | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    hit_count: int = 0

    def __post_init__(self) -> None:
        if isinstance(self.kind, str) and self.kind.isdigit():
            self.kind = int(self.kind)
        is_status = isinstance(self.kind, int) and 200 <= self.kind <= 599
        if not is_status and self.kind not in KINDS:
            raise ValueError(f"unknown kind of fault: {self.kind!r}")

    @property
    def is_spent(self) -> bool:
        """Whether it has hit as often as it was asked to."""
        return self.times is not None and self.hit_count >= self.times

    def hits(self, token: str) -> bool:
        """Decide for one request, and count it if it is hit."""
        if self.is_spent or self.token not in (None, token):
            return False
        if self.probability < 1 and random.random() >= self.probability:
            return False
        self.hit_count += 1
        return True

    def response(self) -> web.Response:
        """The answer of a fault whose kind is a status."""
        if not isinstance(self.kind, int):
            raise TypeError(f"{self.kind} has no answer")
        headers = dict(self.headers)
        if isinstance(self.retry_after, datetime):
            headers["Retry-After"] = format_datetime(self.retry_after, usegmt=True)
        elif self.retry_after is not None:
            headers["Retry-After"] = str(self.retry_after)
        if self.body is not None:
            return web.Response(status=self.kind, text=self.body, headers=headers)
        return refusal(self.kind, "fault", "as the test asked", headers)


class Faults:
    """The rules in force; those of one subscription go before the general ones."""

    def __init__(self) -> None:
        self.rules: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        """Put a rule in force, after those already there."""
        self.rules.append(fault)
        self.rules.sort(key=lambda rule: rule.token is None)
        return fault

    def clear(self) -> None:
        """Behave well again."""
        self.rules.clear()

    def take(self, token: str) -> Fault | None:
        """The first rule that hits this request; a spent one is dropped."""
        if not self.rules:
            return None
        hit = next((rule for rule in self.rules if rule.hits(token)), None)
        if hit and hit.is_spent:
            self.rules.remove(hit)
        return hit


async def delay(fault: Fault) -> None:
    """Wait as long as the fault says; any kind may be slow too."""
    if fault.seconds:
        await asyncio.sleep(fault.seconds)


def hang_up(request: web.Request, *, reset: bool = False) -> web.Response:
    """Close the connection under the request; what is returned never reaches the sender."""
    transport = request.transport
    if transport is not None:
        if reset:
            linger = struct.pack("ii", 1, 0)
            transport.get_extra_info("socket").setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, linger
            )
        transport.abort()
    return web.Response(status=500)


def refusal(
    status: int, code: str, reason: str, headers: Mapping[str, str] | None = None
) -> web.Response:
    """An error as JSON: `code` for programs, `reason` for people."""
    answer = {"status": status, "code": code, "reason": reason, "at": time.time()}
    return web.json_response(answer, status=status, headers=headers)
