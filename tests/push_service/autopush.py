"""Firefox's side: Mozilla's autopush protocol over a WebSocket."""

import contextlib
import uuid

from aiohttp import WSMsgType, web

from . import encoding
from .exchange import Exchange
from .messages import Message, Report, Status
from .subscriptions import Receiver, Subscription, key_octets

UNREGISTER_REASONS = {200: "unsubscribed", 201: "quota exceeded", 202: "permission revoked"}

Frame = dict[str, object]


class Autopush:
    """The browsers that are connected, by uaid."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._known: set[str] = set()
        self._sockets: dict[str, web.WebSocketResponse] = {}
        exchange.couriers[Receiver.FIREFOX] = self

    def reaches(self, subscription: Subscription) -> bool:
        """Whether the browser is connected."""
        socket = self._sockets.get(subscription.owner)
        return socket is not None and not socket.closed

    async def deliver(self, subscription: Subscription, message: Message) -> None:
        """Send a notification frame if the browser is connected."""
        if not self.reaches(subscription):
            return
        frame: Frame = {
            "messageType": "notification",
            "channelID": subscription.channel,
            "version": message.id,
            "ttl": message.ttl,
        }
        if message.body:
            frame["data"] = encoding.encode(message.body)
            frame["headers"] = {"encoding": "aes128gcm"}
        if self._exchange.move(message, Status.RELAYED):
            with contextlib.suppress(ConnectionError):
                await self._sockets[subscription.owner].send_json(frame)

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one browser until it goes away."""
        socket = web.WebSocketResponse(protocols=["push-notification"])
        await socket.prepare(request)
        uaid = ""
        try:
            async for frame in socket:
                if frame.type is not WSMsgType.TEXT:
                    continue
                uaid = await self._handle(socket, uaid, frame.json())
        finally:
            if self._sockets.get(uaid) is socket:
                self._go_offline(uaid)
        return socket

    async def close(self) -> None:
        """Send all browsers away; they come back by themselves."""
        for socket in list(self._sockets.values()):
            await socket.close()

    async def forget(self) -> None:
        """Know no browser any more, as after a loss of data: each comes back as a new one, drops
        the subscriptions that it had, and tells its workers (pushsubscriptionchange)."""
        for uaid in self._known:
            for subscription in self._exchange.owned_by(uaid):
                self._exchange.end(subscription, "forgotten")
        self._known.clear()
        await self.close()

    def _go_offline(self, uaid: str) -> None:
        del self._sockets[uaid]
        for subscription in self._exchange.owned_by(uaid):
            self._exchange.hold(subscription)

    async def _handle(self, socket: web.WebSocketResponse, uaid: str, frame: Frame) -> str:
        kind = frame.get("messageType", "ping")
        if kind == "hello":
            return await self._hello(socket, frame)
        if kind == "register":
            await socket.send_json(self._register(uaid, frame))
        elif kind == "unregister":
            await socket.send_json(self._unregister(uaid, frame))
        elif kind == "ack":
            for update in frame["updates"]:
                code = update.get("code", 100)
                self._exchange.report(update["version"], Report("ack", code))
        elif kind == "nack":
            self._exchange.report(str(frame["version"]), Report("nack", int(frame["code"])))
        elif kind == "ping":
            await socket.send_json({})
        return uaid

    async def _hello(self, socket: web.WebSocketResponse, frame: Frame) -> str:
        uaid = str(frame.get("uaid") or "")
        if uaid not in self._known:
            uaid = uuid.uuid4().hex
            self._known.add(uaid)
        self._sockets[uaid] = socket
        answer = {"messageType": "hello", "uaid": uaid, "status": 200}
        await socket.send_json(answer | {"use_webpush": True, "broadcasts": {}})
        for subscription in self._exchange.owned_by(uaid):
            # A connection that died unnoticed leaves messages behind which were never acked.
            self._exchange.hold(subscription)
            await self._exchange.relay(subscription)
        return uaid

    def _register(self, uaid: str, frame: Frame) -> Frame:
        channel = str(frame["channelID"])
        answer: Frame = {"messageType": "register", "channelID": channel, "status": 200}
        try:
            key = key_octets(frame.get("key") or None)
        except ValueError:
            return answer | {"status": 400}
        subscription = self._find(uaid, channel) or self._exchange.open(
            Receiver.FIREFOX, key, owner=uaid, channel=channel
        )
        return answer | {"pushEndpoint": subscription.endpoint}

    def _unregister(self, uaid: str, frame: Frame) -> Frame:
        channel = str(frame["channelID"])
        subscription = self._find(uaid, channel)
        if subscription:
            code = int(frame.get("code") or 200)
            self._exchange.end(subscription, UNREGISTER_REASONS.get(code, f"code {code}"))
        return {"messageType": "unregister", "channelID": channel, "status": 200}

    def _find(self, uaid: str, channel: str) -> Subscription | None:
        owned = self._exchange.owned_by(uaid)
        return next((entry for entry in owned if entry.channel == channel), None)
