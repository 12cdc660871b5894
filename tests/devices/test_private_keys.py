import base64

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from apps.accounts.models import AuditEntry
from apps.devices import keys, private_keys
from apps.devices.models import VapidKey
from apps.devices.private_keys import KeyRefused, Pair
from tests.factories import a_site, base64url

PRIVATE = ec.derive_private_key(4711, ec.SECP256R1())
ENCODING, FORMAT = serialization.Encoding, serialization.PrivateFormat
PLAIN = serialization.NoEncryption()
PUBLIC = base64url(
    PRIVATE.public_key().public_bytes(ENCODING.X962, serialization.PublicFormat.UncompressedPoint)
)
PKCS8 = PRIVATE.private_bytes(ENCODING.PEM, FORMAT.PKCS8, PLAIN).decode()
SEC1 = PRIVATE.private_bytes(ENCODING.PEM, FORMAT.TraditionalOpenSSL, PLAIN).decode()
DER = PRIVATE.private_bytes(ENCODING.DER, FORMAT.PKCS8, PLAIN)
RAW = (4711).to_bytes(32, "big")
PUBLIC_PEM = (
    PRIVATE.public_key()
    .public_bytes(ENCODING.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    .decode()
)


class TestRead:
    @pytest.mark.parametrize(
        "text",
        [
            PKCS8,
            SEC1,
            PKCS8.replace("\n", "\\n"),
            base64url(RAW),
            base64.b64encode(RAW).decode(),
            f"  {base64url(RAW)}\n",
            base64url(DER),
            base64.encodebytes(DER).decode(),
        ],
    )
    def test_it_reads_every_form_that_tools_print(self, text):
        assert private_keys.read(text) == Pair(private=PKCS8, public=PUBLIC)

    def test_who_prints_it_prints_the_public_half(self):
        assert repr(private_keys.read(PKCS8)) == f"Pair(public={PUBLIC!r})"

    def test_it_gives_back_the_short_form(self):
        assert private_keys.read(PKCS8).raw_private == base64url(RAW)

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("", "Paste the private key"),
            ("x" * 6000, "Paste the private key"),
            (PUBLIC, "This is the public key"),
            (PUBLIC_PEM, "This is the public key"),
            (PRIVATE.private_bytes(ENCODING.PEM, FORMAT.PKCS8,
             serialization.BestAvailableEncryption(b"x")).decode(), "protected by a password"),
            (ec.generate_private_key(ec.SECP384R1()).private_bytes(
             ENCODING.PEM, FORMAT.PKCS8, PLAIN).decode(), "curve P-256"),
            (rsa.generate_private_key(65537, 2048).private_bytes(
             ENCODING.PEM, FORMAT.PKCS8, PLAIN).decode(), "curve P-256"),
            ("-----BEGIN PRIVATE KEY-----\nno\n-----END PRIVATE KEY-----", "can be read"),
            ("Ä%&", "neither PEM nor base64"),
            (base64url(b"x" * 31), "31 bytes"),
            (base64url(b"\0" * 32), "no private key"),
            (base64url(b"\xff" * 32), "no private key"),
        ],
    )  # fmt: skip
    def test_it_refuses_anything_else_and_says_why(self, text, words):
        with pytest.raises(KeyRefused) as refused:
            private_keys.read(text)

        assert words in str(refused.value)


@pytest.mark.django_db
class TestTakeIn:
    def test_it_stores_the_key_encrypted_once(self):
        site = a_site()
        key, is_new = private_keys.take_in(site, PKCS8, by="Test")

        assert is_new
        assert private_keys.take_in(site, PKCS8, by="Test") == (key, False)
        key.refresh_from_db()
        assert (key.private_key, key.public_key) == (PKCS8, PUBLIC)
        assert key.imported_at is not None

    def test_it_signs_no_new_subscriptions(self):
        site = a_site()
        own = keys.current(site)

        private_keys.take_in(site, PKCS8, by="Test")

        assert keys.current(site) == own

    def test_it_leaves_another_site_its_key(self):
        private_keys.take_in(a_site(), PKCS8, by="Test")
        before = VapidKey.objects.count()

        with pytest.raises(KeyRefused):
            private_keys.take_in(a_site(), PKCS8, by="Test")

        assert VapidKey.objects.filter(public_key=PUBLIC).count() == 1
        assert VapidKey.objects.count() == before + 1


@pytest.mark.django_db
class TestForgetUnused:
    def test_it_removes_an_imported_key_and_no_own_one(self):
        site = a_site()
        imported, _ = private_keys.take_in(site, PKCS8, by="Test")

        assert private_keys.forget_unused(imported.pk, by="Test")
        assert not private_keys.forget_unused(keys.current(site).pk, by="Test")
        assert [(row.action, row.subject) for row in AuditEntry.objects.all()] == [
            ("vapid_key_removed", f"VAPID key {imported}"),
            ("vapid_key_brought", f"VAPID key {imported}"),
        ]
