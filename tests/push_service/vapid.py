"""Proof of who sends, as a push service checks it (RFC 8292)."""

import json
import re
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from . import encoding

LONGEST_LIFE = 24 * 3600
CLOCK_SKEW = 60
_PARAMETER = re.compile(r'\s*([A-Za-z0-9_-]+)\s*=\s*"?([^",\s]*)"?\s*')


class VapidError(Exception):
    """The credentials are there but prove nothing; the text says why."""


@dataclass(frozen=True)
class Claims:
    """What a token vouches for: `exp` in seconds since 1970, `key` the sender's point, 65 bytes."""

    aud: str
    exp: float
    sub: str | None
    key: bytes


def verify(authorization: str, *, origin: str, now: float) -> Claims:
    """Check an `Authorization: vapid t=..., k=...` value (RFC 8292, sections 2 and 3).

    `origin` is the push service's own, `now` is in seconds since 1970.
    Raises VapidError for whatever a push service answers with 403.
    """
    parameters = _parameters(authorization)
    if not parameters.get("t") or not parameters.get("k"):
        raise VapidError("t or k is missing")
    claims = _signed_claims(parameters["t"], parameters["k"])
    if claims.exp <= now - CLOCK_SKEW:
        raise VapidError("exp is past")
    if claims.exp > now + LONGEST_LIFE + CLOCK_SKEW:
        raise VapidError("exp is more than 24 hours ahead")
    if claims.aud != origin:
        raise VapidError(f"aud is {claims.aud!r}, this service is {origin!r}")
    return claims


def is_vapid(authorization: str) -> bool:
    """Whether the scheme is `vapid`, in any case of letters (RFC 9110, section 11.1)."""
    return authorization.partition(" ")[0].lower() == "vapid"


def _parameters(authorization: str) -> dict[str, str]:
    matches = (_PARAMETER.fullmatch(part) for part in authorization.partition(" ")[2].split(","))
    return {match[1].lower(): match[2] for match in matches if match}


# A sender signs once an hour and sends thousands of times with the same token.
@lru_cache(maxsize=4096)
def _signed_claims(token: str, key_text: str) -> Claims:
    key = _octets(key_text, "k")
    try:
        public_key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key)
    except ValueError as error:
        raise VapidError("k is not a P-256 point") from error
    header, claims, signature = _parts(token)
    if header.get("alg") != "ES256":
        raise VapidError("alg is not ES256")
    if len(signature) != 64:
        raise VapidError("signature is not 64 bytes")
    der = encode_dss_signature(int.from_bytes(signature[:32]), int.from_bytes(signature[32:]))
    try:
        public_key.verify(der, token.rpartition(".")[0].encode(), ec.ECDSA(SHA256()))
    except InvalidSignature as error:
        raise VapidError("signature does not verify with k") from error
    return _claims(claims, key)


def _claims(claims: dict[str, object], key: bytes) -> Claims:
    exp, aud, sub = claims.get("exp"), claims.get("aud"), claims.get("sub")
    if not isinstance(exp, int | float) or isinstance(exp, bool):
        raise VapidError("exp is missing or not a number")
    if not isinstance(aud, str):
        raise VapidError("aud is missing or not a text")
    if sub is not None and not isinstance(sub, str):
        raise VapidError("sub is not a text")
    return Claims(aud=aud, exp=float(exp), sub=sub, key=key)


def _parts(token: str) -> tuple[dict[str, object], dict[str, object], bytes]:
    parts = token.split(".")
    if len(parts) != 3:
        raise VapidError("token has not three parts")
    header, claims = (_json_object(part) for part in parts[:2])
    return header, claims, _octets(parts[2], "signature")


def _json_object(text: str) -> dict[str, object]:
    try:
        value = json.loads(_octets(text, "token"))
    except ValueError as error:
        raise VapidError("token is not JSON") from error
    if not isinstance(value, dict):
        raise VapidError("token is not a JSON object")
    return value


def _octets(text: str, name: str) -> bytes:
    try:
        return encoding.decode(text)
    except ValueError as error:
        raise VapidError(f"{name} is not base64url") from error
