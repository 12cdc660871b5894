"""Chromium's side over HTTP: checkin and registration as Google's servers answer them."""

import secrets
import time

from aiohttp import web

from . import protobuf
from .exchange import Exchange
from .subscriptions import Receiver, Subscription, key_octets

UNSUBSCRIBED = "unsubscribed"


class Registrar:
    """Gives browsers their ids and their subscriptions."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._secrets: dict[int, int] = {}

    def routes(self) -> list[web.RouteDef]:
        """The routes to add to the application."""
        return [web.post("/checkin", self.checkin), web.post("/register", self.register)]

    async def checkin(self, request: web.Request) -> web.Response:
        """Name the device (protobuf in and out); a device that has a name keeps it."""
        known = protobuf.parse(await request.read()).get(2, [0])[0]
        device = known if known in self._secrets else secrets.randbits(62) | 1
        secret = self._secrets.setdefault(device, secrets.randbits(62) | 1)
        answer = (
            protobuf.number(1, True)
            + protobuf.number(3, int(time.time() * 1000))
            + protobuf.fixed64(7, device)
            + protobuf.fixed64(8, secret)
        )
        return web.Response(body=answer, content_type="application/x-protobuf")

    async def register(self, request: web.Request) -> web.Response:
        """Open a subscription, or end those of an app (form in, `token=` as text out)."""
        form = {name: str(value) for name, value in (await request.post()).items()}
        device, sender = form.get("device", ""), form.get("sender", "")
        app = form.get("X-subtype") or form.get("app", "")
        if form.get("delete") == "true":
            for subscription in self._find(device, app, sender):
                self._exchange.end(subscription, UNSUBSCRIBED)
            return web.Response(text=f"token={form.get('app', '')}")
        found = self._find(device, app, sender)
        try:
            subscription = found[0] if found else self._open(device, app, form)
        except ValueError:
            return web.Response(text="Error=INVALID_SENDER")
        return web.Response(text=f"token={subscription.token}")

    def _open(self, device: str, app: str, form: dict[str, str]) -> Subscription:
        key = key_octets(form.get("sender"))
        return self._exchange.open(Receiver.CHROMIUM, key, owner=device, channel=app)

    def _find(self, device: str, app: str, sender: str) -> list[Subscription]:
        owned = [entry for entry in self._exchange.owned_by(device) if entry.channel == app]
        if sender == "*":
            return owned
        try:
            key = key_octets(sender)
        except ValueError:
            return []
        return [entry for entry in owned if entry.application_server_key == key]
