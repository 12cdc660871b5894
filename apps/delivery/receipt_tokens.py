"""What proves that a receipt comes from the browser that got the push."""

from uuid import UUID

from django.utils.crypto import constant_time_compare, salted_hmac


def make(uid: UUID) -> str:
    """Return the token of the push `uid`: 32 hex digits."""
    return salted_hmac("pushdesk.receipt", uid.hex, algorithm="sha256").hexdigest()[:32]


def is_right(uid: UUID, token: str) -> bool:
    return constant_time_compare(make(uid), token)
