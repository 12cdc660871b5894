import json
import time

import pytest
from py_vapid import Vapid02

from . import encoding, vapid
from .sender import Sender
from .vapid import VapidError

ORIGIN = "https://push.example.net"
EXAMPLE = (
    "vapid t=eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.eyJhdWQiOiJodHRwczovL3B1c2guZXhhbXBsZS5uZXQiLCJl"
    "eHAiOjE0NTM1MjM3NjgsInN1YiI6Im1haWx0bzpwdXNoQGV4YW1wbGUuY29tIn0.i3CYb7t4xfxCDquptFOepC9GAu_H"
    "LGkMlMuCGSK2rpiUfnK9ojFwDXb1JrErtmysazNjjvW2L9OkSSHzvoD1oA, "
    "k=BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs"
)
EXAMPLE_EXP = 1453523768


def verify(authorization: str) -> vapid.Claims:
    return vapid.verify(authorization, origin=ORIGIN, now=time.time())


class TestVerify:
    def test_it_takes_the_example_of_rfc_8292(self):
        claims = vapid.verify(EXAMPLE, origin=ORIGIN, now=EXAMPLE_EXP - 60)

        assert claims.aud == ORIGIN
        assert claims.exp == EXAMPLE_EXP
        assert claims.sub == "mailto:push@example.com"
        assert len(claims.key) == 65

    def test_it_takes_what_py_vapid_signs(self):
        signer = Vapid02()
        signer.generate_keys()
        claims = {"aud": ORIGIN, "exp": int(time.time()) + 60, "sub": "mailto:push@example.com"}

        assert verify(signer.sign(claims)["Authorization"]).aud == ORIGIN

    @pytest.mark.parametrize("sub", ["https://example.com/contact", None])
    def test_it_takes_any_contact_or_none(self, sub):
        assert verify(Sender().authorization(ORIGIN, sub=sub)).sub == sub

    def test_it_takes_parameters_in_any_order_quoted_and_with_spaces(self):
        sender = Sender()
        value = f'VAPID k="{sender.application_server_key}" , t = {sender.token(ORIGIN)}'

        assert verify(value).key == encoding.decode(sender.application_server_key)

    @pytest.mark.parametrize("seconds", [-30, 24 * 3600 + 30])
    def test_it_allows_a_minute_for_clocks_that_differ(self, seconds):
        exp = time.time() + seconds

        assert verify(Sender().authorization(ORIGIN, exp=exp)).exp == exp

    @pytest.mark.parametrize(
        ("claims", "reason"),
        [
            ({"exp": None}, "exp is missing"),
            ({"exp": "soon"}, "exp is missing or not a number"),
            ({"exp": True}, "exp is missing or not a number"),
            ({"exp": time.time() - 3600}, "exp is past"),
            ({"exp": time.time() + 25 * 3600}, "more than 24 hours ahead"),
            ({"aud": None}, "aud is missing"),
            ({"aud": "https://other.example"}, "aud is 'https://other.example'"),
            ({"aud": ORIGIN + "/"}, "aud is"),
            ({"sub": 5}, "sub is not a text"),
            ({"alg": "none"}, "alg is not ES256"),
        ],
    )
    def test_it_refuses_other_claims(self, claims, reason):
        with pytest.raises(VapidError, match=reason):
            verify(Sender().authorization(ORIGIN, **claims))

    @pytest.mark.parametrize("missing", ["t", "k"])
    def test_it_refuses_a_missing_parameter(self, missing):
        sender = Sender()
        values = {"t": sender.token(ORIGIN), "k": sender.application_server_key}
        del values[missing]

        with pytest.raises(VapidError, match="t or k is missing"):
            verify("vapid " + ", ".join(f"{name}={value}" for name, value in values.items()))

    def test_it_refuses_a_key_that_did_not_sign(self):
        token = Sender().token(ORIGIN)

        with pytest.raises(VapidError, match="does not verify with k"):
            verify(f"vapid t={token}, k={Sender().application_server_key}")

    def test_it_refuses_claims_that_were_changed_after_signing(self):
        sender = Sender()
        header, _, signature = sender.token(ORIGIN).split(".")
        claims = encoding.encode(json.dumps({"aud": ORIGIN, "exp": time.time() + 60}).encode())

        with pytest.raises(VapidError, match="does not verify with k"):
            verify(f"vapid t={header}.{claims}.{signature}, k={sender.application_server_key}")

    def test_it_refuses_a_signature_in_der(self):
        sender = Sender()
        start = sender.token(ORIGIN).rpartition(".")[0]

        with pytest.raises(VapidError, match="signature is not 64 bytes"):
            token = f"{start}.{encoding.encode(b'0' * 70)}"
            verify(f"vapid t={token}, k={sender.application_server_key}")

    @pytest.mark.parametrize(
        ("token", "reason"),
        [
            ("a.b", "has not three parts"),
            ("a+.b.c", "not base64url"),
            ("e30.bm8.c2ln", "not JSON"),
            ("W10.e30.c2ln", "not a JSON object"),
        ],
    )
    def test_it_refuses_what_is_no_token(self, token, reason):
        with pytest.raises(VapidError, match=reason):
            verify(f"vapid t={token}, k={Sender().application_server_key}")

    @pytest.mark.parametrize("key", ["BAAA", "B" + "A" * 86])
    def test_it_refuses_a_key_that_is_no_point(self, key):
        with pytest.raises(VapidError, match="k is not a P-256 point"):
            verify(f"vapid t={Sender().token(ORIGIN)}, k={key}")
