"""An application server for tests: signs as RFC 8292 says, or as wrongly as a test wants."""

import json
import time
from collections.abc import Mapping

import requests
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid
from pywebpush import webpush

from . import encoding

Json = Mapping[str, object]


class Sender:
    """A key pair of a site, and requests made with it."""

    def __init__(self) -> None:
        self.private_key = ec.generate_private_key(ec.SECP256R1())
        public_key = self.private_key.public_key()
        point = public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.application_server_key = encoding.encode(point)

    def send(self, subscription: Json, text: str, *, ttl: int = 60) -> requests.Response:
        """Encrypt and POST with pywebpush. Raises WebPushException if it is refused."""
        return webpush(
            subscription,
            text,
            vapid_private_key=Vapid(self.private_key),
            vapid_claims={"sub": "mailto:push@example.com"},
            ttl=ttl,
            timeout=30,
        )

    def post(self, endpoint: str, body: bytes = b"", **headers: str | None) -> requests.Response:
        """POST a body as it is; a header of None is left out, `_` in its name stands for `-`."""
        everything = {"Authorization": self.authorization(endpoint), "TTL": "60"}
        everything |= {"Content-Encoding": "aes128gcm"} if body else {}
        everything |= {name.replace("_", "-"): value for name, value in headers.items()}
        return requests.post(endpoint, data=body, headers=everything, timeout=30)

    def authorization(self, endpoint: str, **claims: object) -> str:
        """A value for `Authorization`; `claims` replace the proper ones, None removes one."""
        return f"vapid t={self.token(endpoint, **claims)}, k={self.application_server_key}"

    def token(self, endpoint: str, *, alg: str = "ES256", **claims: object) -> str:
        """A signed token (RFC 7519) for the endpoint's origin, good for an hour."""
        origin = "/".join(endpoint.split("/")[:3])
        proper = {"aud": origin, "exp": int(time.time()) + 3600, "sub": "mailto:push@example.com"}
        wanted = {name: value for name, value in (proper | claims).items() if value is not None}
        parts = [encoding.encode(json.dumps(part).encode()) for part in ({"alg": alg}, wanted)]
        der = self.private_key.sign(".".join(parts).encode(), ec.ECDSA(SHA256()))
        signature = b"".join(number.to_bytes(32) for number in decode_dss_signature(der))
        return ".".join([*parts, encoding.encode(signature)])
