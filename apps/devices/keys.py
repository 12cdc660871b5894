"""VAPID key pairs of sites (RFC 8292)."""

import base64

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from apps.accounts.models import Site
from apps.devices.models import VapidKey


def create_for_site(site: Site) -> VapidKey:
    """Make a fresh P-256 pair that signs the site's new subscriptions from now on."""
    private = ec.generate_private_key(ec.SECP256R1())
    point = private.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return VapidKey.objects.create(
        site=site,
        public_key=base64.urlsafe_b64encode(point).rstrip(b"=").decode(),
        private_key=pem.decode(),
    )


def current(site: Site) -> VapidKey:
    """Return the key that new subscriptions of the site are made with: the newest of its own."""
    return VapidKey.objects.filter(site=site, imported_at=None).latest("id")
