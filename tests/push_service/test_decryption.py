import os

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pywebpush import WebPusher

from . import decryption, encoding
from .decryption import DecryptionError, ReceiverKeys, decrypt, open_records, parse_header

PLAINTEXT = b"When I grow up, I want to be a watermelon"
PRIVATE_KEY = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
AUTH_SECRET = "BTBZMqHH6r4Tts7J_aSIgg"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27ml"
    "mlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT"
    "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def the_receiver() -> ReceiverKeys:
    """The user agent of RFC 8291, appendix A."""
    number = int.from_bytes(encoding.decode(PRIVATE_KEY))
    return ReceiverKeys(ec.derive_private_key(number, ec.SECP256R1()), encoding.decode(AUTH_SECRET))


def a_body(keys: ReceiverKeys, text: bytes, *, record_size: int = 4096) -> bytes:
    return http_ece.encrypt(
        text,
        salt=os.urandom(16),
        private_key=ec.generate_private_key(ec.SECP256R1()),
        dh=keys.public_point,
        auth_secret=keys.auth_secret,
        rs=record_size,
        version="aes128gcm",
    )


def a_body_of_padded(keys: ReceiverKeys, *padded: bytes, record_size: int = 4096) -> bytes:
    """Records sealed as they are given, delimiters and padding included."""
    header = parse_header(a_body(keys, b"", record_size=record_size))
    material = decryption._input_keying_material(header.key_id, keys)
    secret = decryption._hmac(header.salt, material)
    cipher = AESGCM(decryption._expand(secret, b"Content-Encoding: aes128gcm\0", 16))
    nonce = int.from_bytes(decryption._expand(secret, b"Content-Encoding: nonce\0", 12))
    records = (
        cipher.encrypt((nonce ^ number).to_bytes(12), record, None)
        for number, record in enumerate(padded)
    )
    start = header.salt + record_size.to_bytes(4) + bytes([len(header.key_id)]) + header.key_id
    return start + b"".join(records)


class TestDecrypt:
    def test_it_opens_the_example_of_rfc_8291(self):
        assert decrypt(encoding.decode(BODY), the_receiver()) == PLAINTEXT

    def test_it_knows_the_public_key_of_the_example(self):
        assert the_receiver().p256dh == (
            "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
        )

    @pytest.mark.parametrize("text", [b"x", "grüße 🍉".encode(), b"\0\1\2\0", b"x" * 3993])
    def test_it_opens_what_pywebpush_sealed(self, text):
        keys = ReceiverKeys.generate()
        info = {"endpoint": "", "keys": {"p256dh": keys.p256dh, "auth": keys.auth}}

        body = WebPusher(info).encode(text, content_encoding="aes128gcm")["body"]

        assert decrypt(body, keys) == text

    @pytest.mark.parametrize("padding", [0, 1, 500])
    def test_it_takes_the_padding_off(self, padding):
        keys = ReceiverKeys.generate()

        body = a_body_of_padded(keys, b"melon\0\0" + b"\2" + bytes(padding))

        assert decrypt(body, keys) == b"melon\0\0"

    def test_it_opens_a_record_that_fills_its_size(self):
        keys = ReceiverKeys.generate()

        body = a_body_of_padded(keys, b"12345678\2", record_size=25)

        assert decrypt(body, keys) == b"12345678"

    @pytest.mark.parametrize(
        ("padded", "reason"),
        [
            (b"melon\1", "padding delimiter is wrong for its place"),
            (b"melon\3\0", "padding delimiter is wrong for its place"),
            (bytes(8), "record has no padding delimiter"),
            (b"", "record is too short"),
        ],
    )
    def test_it_refuses_bad_padding(self, padded, reason):
        keys = ReceiverKeys.generate()

        with pytest.raises(DecryptionError, match=reason):
            decrypt(a_body_of_padded(keys, padded), keys)

    def test_it_refuses_more_than_one_record(self):
        keys = ReceiverKeys.generate()

        with pytest.raises(DecryptionError, match="more than one record"):
            decrypt(a_body(keys, PLAINTEXT, record_size=25), keys)

    def test_it_refuses_a_body_for_another_receiver(self):
        with pytest.raises(DecryptionError, match="not authentic"):
            decrypt(encoding.decode(BODY), ReceiverKeys.generate())

    def test_it_refuses_another_auth_secret(self):
        keys = ReceiverKeys(the_receiver().private_key, os.urandom(16))

        with pytest.raises(DecryptionError, match="not authentic"):
            decrypt(encoding.decode(BODY), keys)

    @pytest.mark.parametrize(
        ("place", "octet", "reason"),
        [
            (20, 64, "keyid is not the sender's public key"),
            (22, 0xFF, "keyid is not a point on P-256"),
            (-1, 0, "not authentic"),
        ],
    )
    def test_it_refuses_a_body_that_was_changed(self, place, octet, reason):
        body = bytearray(encoding.decode(BODY))
        body[place] = octet

        with pytest.raises(DecryptionError, match=reason):
            decrypt(bytes(body), the_receiver())

    @pytest.mark.parametrize(
        ("length", "reason"),
        [
            (0, "header is cut short"),
            (20, "header is cut short"),
            (85, "header is cut short"),
            (86, "no record"),
            (102, "record is too short"),
            (140, "not authentic"),
        ],
    )
    def test_it_refuses_a_body_cut_short(self, length, reason):
        with pytest.raises(DecryptionError, match=reason):
            decrypt(encoding.decode(BODY)[:length], the_receiver())

    def test_it_refuses_a_record_size_below_18(self):
        body = bytearray(encoding.decode(BODY))
        body[16:20] = (17).to_bytes(4)

        with pytest.raises(DecryptionError, match="below 18"):
            decrypt(bytes(body), the_receiver())


class TestOpenRecords:
    def test_it_opens_the_example_of_two_records_in_rfc_8188(self):
        body = encoding.decode(
            "uNCkWiNYzKTnBN9ji3-qWAAAABkCYTHOG8chz_gnvgOqdGYovxyjuqRyJFjEDyoF"
            "1Fvkj6hQPdPHI51OEUKEpgz3SsLWIqS_uA"
        )
        header = parse_header(body)
        material = encoding.decode("BO3ZVPxUlnLORbVGMpbT1Q")

        assert (header.record_size, header.key_id) == (25, b"a1")
        assert open_records(body[header.length :], header, material) == b"I am the walrus"

    def test_it_joins_records(self):
        keys = ReceiverKeys.generate()
        body = a_body(keys, PLAINTEXT, record_size=25)
        header = parse_header(body)
        material = decryption._input_keying_material(header.key_id, keys)

        assert open_records(body[header.length :], header, material) == PLAINTEXT

    def test_it_refuses_records_that_end_too_early(self):
        keys = ReceiverKeys.generate()
        body = a_body(keys, PLAINTEXT, record_size=25)
        header = parse_header(body)
        material = decryption._input_keying_material(header.key_id, keys)

        with pytest.raises(DecryptionError, match="padding delimiter is wrong"):
            open_records(body[header.length :][:25], header, material)

    def test_it_refuses_a_last_delimiter_before_the_end(self):
        keys = ReceiverKeys.generate()
        body = a_body_of_padded(keys, b"12345678\2", b"9\2", record_size=25)
        header = parse_header(body)
        material = decryption._input_keying_material(header.key_id, keys)

        with pytest.raises(DecryptionError, match="padding delimiter is wrong"):
            open_records(body[header.length :], header, material)
