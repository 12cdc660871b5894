"""What the service knows of an endpoint it handed out."""

from dataclasses import dataclass, field
from enum import StrEnum

from . import encoding
from .decryption import ReceiverKeys
from .messages import Message


class Receiver(StrEnum):
    """Who is at the other end: the service itself, or a browser."""

    ITSELF = "itself"
    FIREFOX = "firefox"
    CHROMIUM = "chromium"


@dataclass(eq=False)
class Subscription:
    """One endpoint; `owner` and `channel` are the browser's names for itself and for it."""

    token: str
    endpoint: str
    receiver: Receiver
    application_server_key: bytes | None
    owner: str = ""
    channel: str = ""
    keys: ReceiverKeys | None = None
    is_online: bool = True
    ended: str | None = None
    messages: list[Message] = field(default_factory=list)

    @property
    def p256dh(self) -> str:
        """The receiver's public key, base64url. Raises LookupError for a browser's."""
        return self._own_keys.p256dh

    @property
    def auth(self) -> str:
        """The auth secret, base64url. Raises LookupError for a browser's."""
        return self._own_keys.auth

    @property
    def is_live(self) -> bool:
        """Whether the endpoint still takes messages; else it answers 410."""
        return self.ended is None

    def to_json(self) -> dict[str, object]:
        """The shape of a browser's `PushSubscription.toJSON()`: endpoint and keys."""
        keys = {"p256dh": self.p256dh, "auth": self.auth}
        return {"endpoint": self.endpoint, "expirationTime": None, "keys": keys}

    @property
    def _own_keys(self) -> ReceiverKeys:
        if self.keys is None:
            raise LookupError(f"only {self.receiver} knows the keys of {self.token}")
        return self.keys


def key_octets(application_server_key: str | bytes | None) -> bytes | None:
    """The key as 65 bytes, from bytes or base64url. Raises ValueError for any other length."""
    if not application_server_key:
        return None
    octets = application_server_key
    if isinstance(octets, str):
        octets = encoding.decode(octets)
    if len(octets) != 65:
        raise ValueError(f"an application server key has 65 bytes, not {len(octets)}")
    return octets
