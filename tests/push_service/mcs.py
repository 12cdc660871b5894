"""Chromium's side over TLS: the lasting connection (MCS) that messages come down."""

import asyncio
import contextlib
import secrets
import ssl
import time
from dataclasses import dataclass, field

from . import encoding, protobuf
from .exchange import Exchange
from .messages import Message, Report, Status
from .subscriptions import Receiver, Subscription

VERSION = bytes([41])
PING, PING_ANSWER, LOGIN, LOGIN_ANSWER, CLOSE, IQ, DATA = 0, 1, 2, 3, 4, 7, 8
# Where each kind of frame says how far its sender has read.
READ_SO_FAR = {PING: 2, PING_ANSWER: 2, IQ: 10, DATA: 11}

Fields = dict[int, list[protobuf.Field]]


@dataclass(eq=False)
class Connection:
    """One browser's connection: frames are counted both ways, and acked by their number."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    device: str = ""
    sent_count: int = 0
    read_count: int = 0
    unacked: dict[int, str] = field(default_factory=dict)

    async def read(self) -> tuple[int, Fields]:
        """The next frame's tag and fields. Raises IncompleteReadError when the browser is gone."""
        tag = (await self.reader.readexactly(1))[0]
        length = shift = 0
        while True:
            octet = (await self.reader.readexactly(1))[0]
            length |= (octet & 0x7F) << shift
            shift += 7
            if octet < 0x80:
                break
        self.read_count += 1
        return tag, protobuf.parse(await self.reader.readexactly(length))

    async def send(self, tag: int, body: bytes) -> None:
        """Write one frame."""
        self.sent_count += 1
        self.writer.write(bytes([tag]) + protobuf.varint(len(body)) + body)
        await self.writer.drain()


class MessageServer:
    """The TLS server and the browsers logged in to it, by device."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._connections: dict[str, Connection] = {}
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        exchange.couriers[Receiver.CHROMIUM] = self

    async def start(self, host: str, port: int, context: ssl.SSLContext) -> int:
        """Listen; returns the port."""
        self._server = await asyncio.start_server(self._serve, host, port, ssl=context)
        return self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Send all browsers away and stop listening."""
        if self._server:
            self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()

    def reaches(self, subscription: Subscription) -> bool:
        """Whether the browser is logged in."""
        return subscription.owner in self._connections

    async def deliver(self, subscription: Subscription, message: Message) -> None:
        """Send a data message if the browser is logged in."""
        connection = self._connections.get(subscription.owner)
        if connection is None or not self._exchange.move(message, Status.RELAYED):
            return
        connection.unacked[connection.sent_count + 1] = message.id
        with contextlib.suppress(ConnectionError):
            await connection.send(DATA, _data_message(subscription, message, connection.read_count))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection(reader, writer)
        self._writers.add(writer)
        try:
            await reader.readexactly(1)
            writer.write(VERSION)
            while True:
                tag, fields = await connection.read()
                await self._handle(connection, tag, fields)
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            pass
        finally:
            self._writers.discard(writer)
            self._log_out(connection)
            writer.close()

    async def _handle(self, connection: Connection, tag: int, fields: Fields) -> None:
        read_so_far = fields.get(READ_SO_FAR.get(tag, 0))
        if read_so_far:
            self._acknowledge(connection, int(read_so_far[0]))
        if tag == LOGIN:
            await self._log_in(connection, fields)
        elif tag == PING:
            await connection.send(PING_ANSWER, protobuf.number(2, connection.read_count))
        elif tag == CLOSE:
            raise ConnectionResetError

    async def _log_in(self, connection: Connection, fields: Fields) -> None:
        for message_id in fields.get(10, []):
            self._exchange.report(bytes(message_id).decode(), Report("ack", 100))
        connection.device = bytes(fields[3][0]).decode()
        answer = protobuf.text(1, secrets.token_hex(8))
        await connection.send(LOGIN_ANSWER, answer + protobuf.number(8, int(time.time() * 1000)))
        self._connections[connection.device] = connection
        for subscription in self._exchange.owned_by(connection.device):
            # The browser logs in anew before its old connection is seen to end.
            self._exchange.hold(subscription)
            await self._exchange.relay(subscription)

    def _acknowledge(self, connection: Connection, read_so_far: int) -> None:
        for number in [number for number in connection.unacked if number <= read_so_far]:
            self._exchange.report(connection.unacked.pop(number), Report("ack", 100))

    def _log_out(self, connection: Connection) -> None:
        if self._connections.get(connection.device) is not connection:
            return
        del self._connections[connection.device]
        for subscription in self._exchange.owned_by(connection.device):
            self._exchange.hold(subscription)


def _data_message(subscription: Subscription, message: Message, read_count: int) -> bytes:
    key = subscription.application_server_key
    data = {"subtype": subscription.channel}
    if message.body:
        data["content-encoding"] = "aes128gcm"
    pairs = (protobuf.text(1, name) + protobuf.text(2, value) for name, value in data.items())
    fields = [
        protobuf.text(3, encoding.encode(key) if key else ""),
        protobuf.text(5, subscription.channel),
        *(protobuf.text(7, pair) for pair in pairs),
        protobuf.text(9, message.id),
        protobuf.number(11, read_count),
        protobuf.number(17, message.ttl),
        protobuf.number(18, int(message.received_at * 1000)),
        protobuf.number(24, True),
    ]
    if message.body:
        fields.append(protobuf.text(21, message.body))
    return b"".join(fields)
