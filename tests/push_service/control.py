"""The service's remote control, for tests in another process: JSON under /control/."""

import base64
import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from aiohttp import web

from .decryption import DecryptionError, ReceiverKeys
from .exchange import Exchange
from .faults import Fault, refusal
from .messages import Message
from .subscriptions import Receiver, Subscription, key_octets

Shape = dict[str, Any]


class Control:
    """Handlers of the control API; what they do is what PushService offers in Python."""

    def __init__(self, exchange: Exchange, addresses: Shape) -> None:
        self._exchange = exchange
        self._addresses = addresses

    def routes(self) -> list[web.RouteDef]:
        """The routes to add to the application."""
        return [
            web.get("/control/", self.show_addresses),
            web.get("/control/subscriptions", self.list_subscriptions),
            web.post("/control/subscriptions", self.add_subscriptions),
            web.patch("/control/subscriptions/{token}", self.change_subscription),
            web.delete("/control/subscriptions/{token}", self.end_subscription),
            web.get("/control/messages", self.list_messages),
            web.delete("/control/messages", self.forget),
            web.get("/control/attempts", self.list_attempts),
            web.get("/control/faults", self.list_faults),
            web.post("/control/faults", self.add_fault),
            web.delete("/control/faults", self.clear_faults),
        ]

    async def show_addresses(self, request: web.Request) -> web.Response:
        """Where browsers are to connect to."""
        return web.json_response(self._addresses)

    async def list_subscriptions(self, request: web.Request) -> web.Response:
        """Every endpoint ever handed out."""
        entries = list(self._exchange.subscriptions.values())
        return web.json_response(
            {"subscriptions": [subscription_shape(entry) for entry in entries]}
        )

    async def add_subscriptions(self, request: web.Request) -> web.Response:
        """`{applicationServerKey?, online?, count?}`; the service itself is the receiver."""
        wish = await _json(request)
        try:
            key = key_octets(wish.get("applicationServerKey"))
        except ValueError as error:
            return refusal(400, "bad_key", str(error))
        made = [
            self._exchange.open(
                Receiver.ITSELF,
                key,
                keys=ReceiverKeys.generate(),
                is_online=wish.get("online", True),
            )
            for _ in range(wish.get("count", 1))
        ]
        shapes = [subscription_shape(entry) for entry in made]
        return web.json_response({"subscriptions": shapes}, status=201)

    async def change_subscription(self, request: web.Request) -> web.Response:
        """`{online: bool}`: a receiver that comes online gets what waits."""
        subscription = self._find(request)
        subscription.is_online = bool((await _json(request))["online"])
        if subscription.is_online:
            await self._exchange.relay(subscription)
        return web.json_response(subscription_shape(subscription))

    async def end_subscription(self, request: web.Request) -> web.Response:
        """From now on the endpoint answers 410."""
        subscription = self._find(request)
        self._exchange.end(subscription, "ended by the test")
        return web.json_response(subscription_shape(subscription))

    async def list_messages(self, request: web.Request) -> web.Response:
        """Accepted messages, oldest first, of one `?token=` or of all."""
        token = request.query.get("token")
        if token is None:
            messages = list(self._exchange.messages.values())
        else:
            entry = self._exchange.subscriptions.get(token)
            messages = list(entry.messages) if entry else []
        return web.json_response({"messages": [message_shape(message) for message in messages]})

    async def forget(self, request: web.Request) -> web.Response:
        """Drop messages, attempts and faults."""
        self._exchange.forget()
        return web.Response(status=204)

    async def list_attempts(self, request: web.Request) -> web.Response:
        """Every POST to an endpoint with its answer, of one `?token=` or of all."""
        token = request.query.get("token")
        attempts = [a for a in list(self._exchange.attempts) if token in (None, a.token)]
        return web.json_response({"attempts": [asdict(attempt) for attempt in attempts]})

    async def list_faults(self, request: web.Request) -> web.Response:
        """The rules in force."""
        return web.json_response(
            {"faults": [asdict(rule) for rule in self._exchange.faults.rules]},
            dumps=lambda shape: json.dumps(shape, default=str),
        )

    async def add_fault(self, request: web.Request) -> web.Response:
        """The fields of a Fault; `retry_after` may be seconds or an ISO date with its zone."""
        wish = await _json(request)
        try:
            if isinstance(wish.get("retry_after"), str):
                wish["retry_after"] = datetime.fromisoformat(wish["retry_after"])
            self._exchange.faults.add(Fault(**wish))
        except (TypeError, ValueError) as error:
            return refusal(400, "bad_fault", str(error))
        return web.Response(status=201)

    async def clear_faults(self, request: web.Request) -> web.Response:
        """Behave well again."""
        self._exchange.faults.clear()
        return web.Response(status=204)

    def _find(self, request: web.Request) -> Subscription:
        try:
            return self._exchange.subscriptions[request.match_info["token"]]
        except KeyError as error:
            raise web.HTTPNotFound from error


def subscription_shape(subscription: Subscription) -> Shape:
    """A subscription as JSON; `keys` only where the service itself is the receiver."""
    shape: Shape = {
        "token": subscription.token,
        "endpoint": subscription.endpoint,
        "receiver": subscription.receiver,
        "online": subscription.is_online,
        "ended": subscription.ended,
    }
    if subscription.keys:
        shape["keys"] = {"p256dh": subscription.p256dh, "auth": subscription.auth}
    return shape


def message_shape(message: Message) -> Shape:
    """A message as JSON: `text` if the plaintext is UTF-8, `plaintext` in base64 in any case."""
    try:
        plaintext, problem = message.plaintext, None
    except DecryptionError as error:
        plaintext, problem = None, str(error)
    claims = message.claims
    return {
        "id": message.id,
        "token": message.token,
        "plaintext": None if plaintext is None else base64.b64encode(plaintext).decode(),
        "text": None if plaintext is None else plaintext.decode(errors="replace"),
        "undecryptable": problem,
        "ttl": message.ttl,
        "urgency": message.urgency,
        "topic": message.topic,
        "claims": claims and {"aud": claims.aud, "exp": claims.exp, "sub": claims.sub},
        "received_at": message.received_at,
        "status": message.status,
        "reports": [asdict(report) for report in message.reports],
    }


async def _json(request: web.Request) -> Shape:
    return json.loads(await request.text() or "{}")
