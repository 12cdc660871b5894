"""What a browser does with a push message: RFC 8291 on top of RFC 8188, from their text alone."""

import hashlib
import hmac
import os
from dataclasses import dataclass
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from . import encoding

TAG_LENGTH = 16
POINT_LENGTH = 65
_FIXED_HEADER = 21


class DecryptionError(Exception):
    """A browser would drop this message; the text says why."""


@dataclass(frozen=True)
class Header:
    """The coding header of RFC 8188, section 2.1; `record_size` in bytes."""

    salt: bytes
    record_size: int
    key_id: bytes
    length: int


@dataclass(frozen=True)
class ReceiverKeys:
    """The key pair and the auth secret (16 bytes) that a browser makes for one subscription."""

    private_key: ec.EllipticCurvePrivateKey
    auth_secret: bytes

    @classmethod
    def generate(cls) -> Self:
        """Fresh keys on P-256 (RFC 8291, sections 3.1 and 3.2)."""
        return cls(ec.generate_private_key(ec.SECP256R1()), os.urandom(16))

    @property
    def public_point(self) -> bytes:
        """The uncompressed point, 65 bytes."""
        return _point(self.private_key.public_key())

    @property
    def p256dh(self) -> str:
        """The public key as `subscription.toJSON().keys.p256dh` shows it."""
        return encoding.encode(self.public_point)

    @property
    def auth(self) -> str:
        """The secret as `subscription.toJSON().keys.auth` shows it."""
        return encoding.encode(self.auth_secret)


def decrypt(body: bytes, keys: ReceiverKeys) -> bytes:
    """The plaintext of a push message's body (RFC 8291, section 4).

    Raises DecryptionError for everything that a browser drops, also for more than one record.
    """
    header = parse_header(body)
    if len(header.key_id) != POINT_LENGTH:
        raise DecryptionError("keyid is not the sender's public key of 65 bytes")
    records = body[header.length :]
    if len(records) > header.record_size:
        raise DecryptionError("more than one record (RFC 8291, section 4)")
    return open_records(records, header, _input_keying_material(header.key_id, keys))


def parse_header(body: bytes) -> Header:
    """Read the header that begins an aes128gcm body. Raises DecryptionError."""
    if len(body) < _FIXED_HEADER or len(body) < _FIXED_HEADER + body[20]:
        raise DecryptionError("header is cut short")
    length = _FIXED_HEADER + body[20]
    record_size = int.from_bytes(body[16:20])
    if record_size < TAG_LENGTH + 2:
        raise DecryptionError("record size is below 18")
    return Header(body[:16], record_size, body[_FIXED_HEADER:length], length)


def open_records(records: bytes, header: Header, keying_material: bytes) -> bytes:
    """Decrypt any number of records (RFC 8188, section 2). Raises DecryptionError."""
    pseudo_random_key = _hmac(header.salt, keying_material)
    cipher = AESGCM(_expand(pseudo_random_key, b"Content-Encoding: aes128gcm\0", 16))
    nonce = int.from_bytes(_expand(pseudo_random_key, b"Content-Encoding: nonce\0", 12))
    size = header.record_size
    chunks = [records[start : start + size] for start in range(0, len(records), size)]
    if not chunks:
        raise DecryptionError("no record")
    return b"".join(
        _open_record(
            cipher, (nonce ^ number).to_bytes(12), chunk, is_last=number == len(chunks) - 1
        )
        for number, chunk in enumerate(chunks)
    )


def _open_record(cipher: AESGCM, nonce: bytes, record: bytes, *, is_last: bool) -> bytes:
    if len(record) <= TAG_LENGTH:
        raise DecryptionError("record is too short")
    try:
        padded = cipher.decrypt(nonce, record, None)
    except InvalidTag as error:
        raise DecryptionError("record is not authentic") from error
    content = padded.rstrip(b"\0")
    if not content:
        raise DecryptionError("record has no padding delimiter")
    if content[-1] != (2 if is_last else 1):
        raise DecryptionError("padding delimiter is wrong for its place")
    return content[:-1]


def _input_keying_material(sender_point: bytes, keys: ReceiverKeys) -> bytes:
    """Mix the shared secret with the auth secret (RFC 8291, section 3.4)."""
    try:
        sender = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender_point)
    except ValueError as error:
        raise DecryptionError("keyid is not a point on P-256") from error
    shared = keys.private_key.exchange(ec.ECDH(), sender)
    info = b"WebPush: info\0" + keys.public_point + sender_point
    return _expand(_hmac(keys.auth_secret, shared), info, 32)


def _expand(pseudo_random_key: bytes, info: bytes, length: int) -> bytes:
    # One block of HKDF (RFC 5869, section 2.3) is 32 bytes, and nothing here asks for more.
    return _hmac(pseudo_random_key, info + b"\1")[:length]


def _hmac(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, hashlib.sha256)


def _point(public_key: ec.EllipticCurvePublicKey) -> bytes:
    return public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
