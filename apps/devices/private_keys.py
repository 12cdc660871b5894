"""VAPID private keys that come from another provider and go to another one."""

import base64
import binascii
import re
from dataclasses import dataclass, field

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.db import transaction
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from apps.accounts import audit
from apps.accounts.models import Site
from apps.devices.models import VapidKey

MAX_LENGTH = 5_000
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class KeyRefused(ValueError):
    """The key cannot be the site's; it says why without repeating any of it, and `field` whether
    that is about the private key or about the public one."""

    def __init__(self, message: str, *, field: str = "private_key") -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, kw_only=True)
class Pair:
    """`private` is PKCS 8 as PEM, `public` the uncompressed point, base64url."""

    # Whoever prints or logs a pair prints the public half.
    private: str = field(repr=False)
    public: str

    @property
    def raw_private(self) -> str:
        """Return the 32 bytes of the private key in base64url, as web-push tools print it."""
        key = serialization.load_pem_private_key(self.private.encode(), password=None)
        number = key.private_numbers().private_value  # type: ignore[union-attr]
        return base64url(number.to_bytes(32, "big"))


def base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def plain_base64url(text: str) -> str:
    """Return base64 of either alphabet in the one that the house keeps."""
    return text.strip().rstrip("=").replace("+", "-").replace("/", "_")


@sensitive_variables("text", "key", "pair")
def read(text: str) -> Pair:
    """Read a P-256 private key: PEM (PKCS 8 or SEC 1), the same as base64 of DER, or the 32
    bytes in base64url that web-push tools print. Raises KeyRefused.
    """
    text = text.strip()
    if not text or len(text) > MAX_LENGTH:
        raise KeyRefused("Paste the private key: PEM, or one line of base64.")
    key = _pem(text) if "-----BEGIN" in text else _base64(text)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
        raise KeyRefused("VAPID keys are on the curve P-256; this one is not.")
    point = key.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return Pair(private=pem.decode(), public=base64url(point))


def _pem(text: str) -> object:
    # Pasted from a setting of one line, its line breaks are often spelt.
    text = text.replace("\\n", "\n")
    if "PUBLIC KEY" in text:
        raise KeyRefused("This is the public key. Paste the private one.")
    try:
        return serialization.load_pem_private_key(text.encode(), password=None)
    except TypeError as error:
        raise KeyRefused("This key is protected by a password. Remove that first.") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeyRefused("This PEM holds no private key that can be read.") from error


def _base64(text: str) -> object:
    text = plain_base64url(re.sub(r"\s", "", text))
    try:
        octets = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error) as error:
        raise KeyRefused("This is neither PEM nor base64.") from error
    if len(octets) == 65 and octets[0] == 4:
        raise KeyRefused("This is the public key. Paste the private one.")
    if len(octets) == 32:
        number = int.from_bytes(octets, "big")
        if not 0 < number < ORDER:
            raise KeyRefused("These 32 bytes are no private key.")
        return ec.derive_private_key(number, ec.SECP256R1())
    try:
        return serialization.load_der_private_key(octets, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyRefused(
            f"These are {len(octets)} bytes; a private key is 32 of them, or PKCS 8."
        ) from error


@sensitive_variables("text", "key", "pair")
def check(site: Site, text: str, *, public_key: str = "") -> Pair:
    """Return the pair that the text (see `read`) is of; `public_key`, where given, must be its.

    Raises KeyRefused, also when another site has the key or this one has retired it.
    """
    pair = read(text)
    expected = plain_base64url(public_key)
    if expected and expected != pair.public:
        message = f"The private key belongs to another public key: {pair.public}"
        raise KeyRefused(message, field="public_key")
    known = VapidKey.objects.filter(public_key=pair.public).first()
    if known:
        _refuse_unless_usable(known, site)
    return pair


def named(site: Site, public_key: str) -> VapidKey:
    """Return the site's key of this public one. Raises KeyRefused unless it signs."""
    public = plain_base64url(public_key)
    key = VapidKey.objects.filter(site=site, public_key=public).first()
    if key is None:
        raise KeyRefused("This site has no such key.", field="public_key")
    if key.retired_at:
        raise KeyRefused("This site has retired this key.", field="public_key")
    return key


def _refuse_unless_usable(key: VapidKey, site: Site) -> None:
    if key.site_id != site.pk:
        raise KeyRefused("Another site here has this key; two sites cannot share one.")
    if key.retired_at:
        # What came in with it would end within a minute.
        raise KeyRefused("This site has retired this key, for good: it signs nothing any more.")


@sensitive_variables("text", "pair")
@transaction.atomic
def take_in(site: Site, text: str, *, by: audit.By, public_key: str = "") -> tuple[VapidKey, bool]:
    """Return the site's key that the text is, and whether it is new here: stored now, audited.

    It signs what was made with it and no new subscription. Raises KeyRefused as `check` does.
    """
    pair = check(site, text, public_key=public_key)
    key, is_new = VapidKey.objects.get_or_create(
        public_key=pair.public,
        defaults={"site": site, "private_key": pair.private, "imported_at": timezone.now()},
    )
    # Somebody may have been quicker.
    _refuse_unless_usable(key, site)
    if is_new:
        audit.note(audit.Action.VAPID_KEY_BROUGHT, site=site, by=by, subject=f"VAPID key {key}")
    return key, is_new


def forget_unused(key_id: int, *, by: audit.By) -> bool:
    """Remove an imported key that no subscription was made with; returns whether it was.
    Audited."""
    unused = VapidKey.objects.filter(
        pk=key_id, imported_at__isnull=False, subscriptions__isnull=True
    )
    key = unused.select_related("site").first()
    if key is None:
        return False
    with transaction.atomic():
        is_gone = bool(unused.delete()[0])
        if is_gone:
            subject = f"VAPID key {key}"
            audit.note(audit.Action.VAPID_KEY_REMOVED, site=key.site, by=by, subject=subject)
    return is_gone
