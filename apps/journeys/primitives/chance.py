"""Chance that is the same whenever and wherever it is asked: of a contact, under a seed.

Two rounds of squaring modulo a prime, which Python, PostgreSQL and SQLite compute alike in 64
bits: a control group can be told in a query, and a split in memory, and both stay as they were.
"""

import hashlib
from typing import Any

from django.db.models import BigIntegerField, Expression, F
from django.db.models.functions import Cast

PRIME = 2_147_483_647
PARTS = 10_000


def of(contact_id: int, seed: str) -> int:
    """Return the contact's chance, 0 to 9999, each as likely; another seed gives another one."""
    return _rounds(contact_id, seed)


def expression(column: str | Expression, seed: str) -> Expression:
    """Return the same as `of` as an expression over a column that holds the contact's id."""
    named = F(column) if isinstance(column, str) else column
    return _rounds(Cast(named, BigIntegerField()), seed)


def _rounds(number: Any, seed: str) -> Any:
    first, second = _keys(seed)
    mixed = (number % PRIME + first) % PRIME
    mixed = (mixed * mixed + second) % PRIME
    return mixed * mixed % PRIME % PARTS


def _keys(seed: str) -> tuple[int, int]:
    digest = hashlib.sha256(seed.encode()).digest()
    return int.from_bytes(digest[:8]) % PRIME, int.from_bytes(digest[8:16]) % PRIME
