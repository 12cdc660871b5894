"""The HTTP side that application servers see (RFC 8030)."""

import contextlib
import re
import secrets
import time

from aiohttp import web

from . import faults, vapid
from .exchange import Exchange
from .faults import refusal
from .messages import Attempt, Message, Status
from .subscriptions import Subscription

LARGEST_BODY = 4096
LONGEST_TTL = 30 * 24 * 3600
URGENCIES = ("very-low", "low", "normal", "high")
_TOPIC = re.compile(r"[A-Za-z0-9_-]{1,32}")


class Refused(Exception):
    """A request the service will not take: HTTP status, code and reason."""

    def __init__(self, status: int, code: str, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.code = code
        self.reason = reason


class Endpoints:
    """Handlers of `POST /push/TOKEN` and `DELETE /message/ID`."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def routes(self) -> list[web.RouteDef]:
        """The routes to add to the application."""
        return [
            web.post("/push/{token}", self.push),
            web.delete("/message/{id}", self.withdraw),
        ]

    async def push(self, request: web.Request) -> web.Response:
        """Take a message: 201 with Location and the TTL granted, or an error as JSON."""
        token = request.match_info["token"]
        fault = self._exchange.faults.take(token)
        reason = f"fault {fault.kind}" if fault else ""
        try:
            if fault:
                response = await self._misbehave(request, token, fault)
            else:
                response = await self._answer(request, token)
        except Refused as refused:
            response = refusal(refused.status, refused.code, refused.reason)
            reason = refused.code
        status = 0 if fault and fault.kind in faults.SILENT else response.status
        self._exchange.note(Attempt(token, status, reason, time.time()))
        return response

    async def withdraw(self, request: web.Request) -> web.Response:
        """Delete a message that still waits (RFC 8030, section 6.2): 204, else 404."""
        message = self._exchange.messages.get(request.match_info["id"])
        if (
            message is None
            or message.status is not Status.WAITING
            or message.expires_at <= time.time()
            or not self._exchange.move(message, Status.DELETED)
        ):
            return refusal(404, "no_message", "no such message waits")
        return web.Response(status=204)

    async def _misbehave(
        self, request: web.Request, token: str, fault: faults.Fault
    ) -> web.Response:
        with contextlib.suppress(web.HTTPRequestEntityTooLarge):
            await request.read()
        await faults.delay(fault)
        if fault.kind == faults.SLOW:
            return await self._answer(request, token)
        if fault.kind == faults.LOSE_ANSWER:
            await self._answer(request, token)
        if fault.kind in faults.SILENT:
            return faults.hang_up(request, reset=fault.kind == faults.RESET)
        return fault.response()

    async def _answer(self, request: web.Request, token: str) -> web.Response:
        subscription = self._subscription(token)
        body = await _read_body(request)
        claims = self._authorize(request, subscription)
        message = _message(request, subscription, body, claims)
        await self._exchange.accept(subscription, message)
        location = f"{self._exchange.origin}/message/{message.id}"
        return web.Response(status=201, headers={"Location": location, "TTL": str(message.ttl)})

    def _subscription(self, token: str) -> Subscription:
        subscription = self._exchange.subscriptions.get(token)
        if subscription is None:
            raise Refused(404, "no_subscription", "this endpoint was never handed out")
        if not subscription.is_live:
            raise Refused(410, "ended", f"this subscription has ended: {subscription.ended}")
        return subscription

    def _authorize(self, request: web.Request, subscription: Subscription) -> vapid.Claims | None:
        key = subscription.application_server_key
        authorization = request.headers.get("Authorization")
        if authorization is None and key is None:
            return None
        if authorization is None or not vapid.is_vapid(authorization):
            raise Refused(401, "no_vapid", "Authorization is missing or its scheme is not vapid")
        try:
            claims = vapid.verify(authorization, origin=self._exchange.origin, now=time.time())
        except vapid.VapidError as error:
            raise Refused(403, "bad_vapid", str(error)) from error
        if key is not None and claims.key != key:
            raise Refused(403, "other_key", "k is not the key of this subscription")
        return claims


async def _read_body(request: web.Request) -> bytes:
    too_large = Refused(413, "too_large", f"the body is over {LARGEST_BODY} bytes")
    if (request.content_length or 0) > LARGEST_BODY:
        raise too_large
    try:
        body = await request.read()
    except web.HTTPRequestEntityTooLarge as error:
        raise too_large from error
    if len(body) > LARGEST_BODY:
        raise too_large
    return body


def _message(
    request: web.Request, subscription: Subscription, body: bytes, claims: vapid.Claims | None
) -> Message:
    ttl = request.headers.get("TTL", "")
    if not (ttl.isascii() and ttl.isdigit()):
        raise Refused(400, "bad_ttl", "TTL is missing or not a number of seconds")
    if body and request.headers.get("Content-Encoding") != "aes128gcm":
        raise Refused(400, "bad_encoding", "Content-Encoding is not aes128gcm")
    urgency = request.headers.get("Urgency", "normal")
    if urgency not in URGENCIES:
        raise Refused(400, "bad_urgency", f"Urgency is none of {', '.join(URGENCIES)}")
    topic = request.headers.get("Topic")
    if topic is not None and not _TOPIC.fullmatch(topic):
        raise Refused(400, "bad_topic", "Topic is not 1 to 32 base64url characters")
    return Message(
        id=secrets.token_urlsafe(18),
        token=subscription.token,
        body=body,
        ttl=min(int(ttl), LONGEST_TTL),
        urgency=urgency,
        topic=topic,
        claims=claims,
        keys=subscription.keys,
    )
