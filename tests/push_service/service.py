"""The push service as a whole: run it inside a test, or by `python -m tests.push_service`."""

import time
from collections.abc import Callable
from typing import Any, Self, TypeVar

from aiohttp import web

from . import certificate
from .autopush import Autopush
from .background import BackgroundLoop
from .control import Control
from .decryption import ReceiverKeys
from .endpoints import Endpoints
from .exchange import Exchange
from .faults import Fault
from .gcm import Registrar
from .mcs import MessageServer
from .messages import Attempt, Message
from .subscriptions import Receiver, Subscription, key_octets

T = TypeVar("T")
LARGEST_REQUEST = 2**20


class PushService:
    """A push service on 127.0.0.1 that keeps its state in memory; use it as a context manager.

    `port` and `mcs_port` 0 mean free ones. Stopped and started again, it keeps both and its state.
    """

    def __init__(self, *, port: int = 0, mcs_port: int = 0) -> None:
        self.host = "127.0.0.1"
        self.port = port
        self.mcs_port = mcs_port
        self.exchange = Exchange()
        self._context, self.spki = certificate.make()
        self._autopush = Autopush(self.exchange)
        self._registrar = Registrar(self.exchange)
        self._message_server = MessageServer(self.exchange)
        self._runner: web.AppRunner | None = None
        self._loop: BackgroundLoop | None = None

    @property
    def origin(self) -> str:
        """What endpoints begin with, and the `aud` that tokens must name."""
        return f"http://{self.host}:{self.port}"

    @property
    def websocket_url(self) -> str:
        """For Firefox's `dom.push.serverURL`."""
        return f"ws://{self.host}:{self.port}/"

    @property
    def checkin_url(self) -> str:
        """For Chromium's `--gcm-checkin-url`."""
        return f"{self.origin}/checkin"

    @property
    def registration_url(self) -> str:
        """For Chromium's `--gcm-registration-url`."""
        return f"{self.origin}/register"

    @property
    def mcs_url(self) -> str:
        """For Chromium's `--gcm-mcs-endpoint`."""
        return f"https://{self.host}:{self.mcs_port}"

    def start(self) -> Self:
        """Listen. Raises OSError if a port is taken."""
        self._loop = BackgroundLoop("push service")
        try:
            self._loop.run(self._open())
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Stop listening and close every connection; the state stays."""
        if self._loop:
            self._loop.run(self._close())
            self._loop.stop()
            self._loop = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def subscribe(
        self, application_server_key: str | bytes | None = None, *, is_online: bool = True
    ) -> Subscription:
        """A subscription without a browser; the service decrypts what comes (RFC 8291).

        The key is the 65-byte point or its base64url; raises ValueError for anything else.
        """
        key = key_octets(application_server_key)
        keys = ReceiverKeys.generate()
        return self.exchange.open(Receiver.ITSELF, key, keys=keys, is_online=is_online)

    def connect(self, subscription: Subscription) -> None:
        """Bring a receiver without a browser online; it gets what waits."""
        subscription.is_online = True
        self._running_loop.run(self.exchange.relay(subscription))

    def disconnect(self, subscription: Subscription) -> None:
        """Take a receiver without a browser offline; messages wait for it."""
        subscription.is_online = False

    def is_connected(self, subscription: Subscription) -> bool:
        """Whether a message would be relayed at once."""
        return self.exchange.couriers[subscription.receiver].reaches(subscription)

    def end(self, subscription: Subscription, reason: str = "ended by the test") -> None:
        """From now on the endpoint answers 410."""
        self.exchange.end(subscription, reason)

    def forget_browsers(self) -> None:
        """Lose all that is known of Firefoxes; their endpoints answer 410 from now on."""
        self._running_loop.run(self._autopush.forget())

    def subscription(self, address: str) -> Subscription:
        """By token or endpoint. Raises KeyError."""
        return self.exchange.subscriptions[address.rpartition("/")[2]]

    def subscriptions(self) -> list[Subscription]:
        """Every endpoint ever handed out, oldest first."""
        with self.exchange.changed:
            return list(self.exchange.subscriptions.values())

    def message(self, address: str) -> Message:
        """By id or Location. Raises KeyError."""
        return self.exchange.messages[address.rpartition("/")[2]]

    def messages(self, token: str | None = None) -> list[Message]:
        """What was accepted, oldest first, for one endpoint or for all."""
        with self.exchange.changed:
            if token is None:
                return list(self.exchange.messages.values())
            return list(self.exchange.subscriptions[token].messages)

    def attempts(self, token: str | None = None) -> list[Attempt]:
        """Every POST to an endpoint, refused and faulty ones too, oldest first."""
        with self.exchange.changed:
            return [entry for entry in self.exchange.attempts if token in (None, entry.token)]

    def fail(self, kind: int | str, *, token: str | None = None, **details: Any) -> Fault:
        """Misbehave from now on; see Fault for `kind` and the details. Once unless `times` says."""
        return self.exchange.faults.add(Fault(kind, token=token, **details))

    def recover(self) -> None:
        """Behave well again."""
        self.exchange.faults.clear()

    def forget(self) -> None:
        """Drop messages, attempts and faults; subscriptions stay."""
        self.exchange.forget()

    def wait_for(self, predicate: Callable[[], T], timeout: float = 30) -> T:
        """Wait until the predicate holds, looked at after every change; returns its value.

        Raises TimeoutError after `timeout` seconds.
        """
        deadline = time.monotonic() + timeout
        with self.exchange.changed:
            while not (value := predicate()):
                remaining = deadline - time.monotonic()
                if remaining <= 0:
                    raise TimeoutError(f"the push service saw nothing of it in {timeout} s")
                self.exchange.changed.wait(remaining)
        return value

    @property
    def _running_loop(self) -> BackgroundLoop:
        if self._loop is None:
            raise RuntimeError("the push service is not started")
        return self._loop

    async def _open(self) -> None:
        self.mcs_port = await self._message_server.start(self.host, self.mcs_port, self._context)
        addresses: dict[str, Any] = {}
        application = web.Application(client_max_size=LARGEST_REQUEST)
        application.add_routes(Endpoints(self.exchange).routes())
        application.add_routes(self._registrar.routes())
        application.add_routes(Control(self.exchange, addresses).routes())
        application.add_routes([web.get("/", self._autopush.connect)])
        # Decompressing is for no push service: Content-Encoding is what it has to check.
        self._runner = web.AppRunner(
            application, access_log=None, auto_decompress=False, shutdown_timeout=0.2
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, self.host, self.port).start()
        self.port = self._runner.addresses[0][1]
        self.exchange.origin = self.origin
        names = ("origin", "websocket_url", "checkin_url", "registration_url", "mcs_url", "spki")
        addresses.update({name: getattr(self, name) for name in names})

    async def _close(self) -> None:
        await self._autopush.close()
        await self._message_server.stop()
        if self._runner:
            await self._runner.cleanup()
