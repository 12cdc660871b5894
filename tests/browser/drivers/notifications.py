"""A desktop's notification service on a private D-Bus: sees what a person would, and clicks it."""

import asyncio
import itertools
import shutil
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Self

from dbus_fast import unpack_variants
from dbus_fast.aio import MessageBus
from dbus_fast.annotations import DBusDict, DBusInt32, DBusSignature, DBusStr, DBusUInt32
from dbus_fast.service import ServiceInterface, dbus_method, dbus_signal

from tests.push_service.background import BackgroundLoop

NAME = "org.freedesktop.Notifications"
PATH = "/org/freedesktop/Notifications"
CAPABILITIES = ["actions", "body", "body-images", "body-markup", "icon-static", "persistence"]
DISMISSED, CLOSED = 2, 3
DEFAULT_ACTION = "default"

Texts = Annotated[list[str], DBusSignature("as")]
ServerInformation = Annotated[list[str], DBusSignature("ssss")]
NumberAndNumber = Annotated[list[int], DBusSignature("uu")]
NumberAndText = Annotated[list[object], DBusSignature("us")]


@dataclass(eq=False)
class Notification:
    """What a browser showed; `actions` maps a button's label to the key it stands for."""

    id: int
    app: str
    title: str
    body: str
    icon: str
    actions: dict[str, str]
    # An image in here would fill the screen of whoever prints the notification.
    hints: dict[str, Any] = field(repr=False)
    is_open: bool = True
    replaces: int = 0
    shown_at: float = field(default_factory=time.time)

    @property
    def buttons(self) -> list[str]:
        """The labels of the site's own action buttons, in order."""
        keys = (DEFAULT_ACTION, "settings")
        return [label for label, key in self.actions.items() if key not in keys]


class NotificationDaemon:
    """A bus and its notification service in the background; use it as a context manager."""

    def __init__(self) -> None:
        self.address = ""
        self.history: list[Notification] = []
        self.changed = threading.Condition()
        self._folder = Path()
        self._process: subprocess.Popen[bytes] | None = None
        self._loop: BackgroundLoop | None = None
        self._interface = _Interface(self)
        self._ids = itertools.count(1)

    def start(self) -> Self:
        """Start the bus. Raises FileNotFoundError without dbus-daemon."""
        self._folder = Path(tempfile.mkdtemp(prefix="bus-"))
        path = self._folder / "bus"
        self.address = f"unix:path={path}"
        command = ["dbus-daemon", "--session", "--nofork", "--nopidfile", "--address", self.address]
        self._process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 30
        while not path.exists():
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise RuntimeError("dbus-daemon did not start")
            time.sleep(0.01)
        self._loop = BackgroundLoop("notification daemon")
        self._loop.run(self._serve())
        return self

    def stop(self) -> None:
        """End the bus."""
        if self._loop:
            self._loop.stop()
        if self._process:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def showing(self) -> list[Notification]:
        """What is on the screen now, oldest first."""
        with self.changed:
            return [notification for notification in self.history if notification.is_open]

    def wait_for(self, title: str, timeout: float = 30) -> Notification:
        """The open notification with this title. Raises TimeoutError."""

        def found() -> Notification | None:
            matches = [entry for entry in self.history if entry.is_open and entry.title == title]
            return matches[-1] if matches else None

        with self.changed:
            notification = self.changed.wait_for(found, timeout)
            if notification is None:
                titles = [entry.title for entry in self.history]
                raise TimeoutError(f"no notification {title!r} in {timeout} s, only {titles}")
        return notification

    def wait_for_close(self, notification: Notification, timeout: float = 30) -> None:
        """Until it is off the screen. Raises TimeoutError."""
        with self.changed:
            if not self.changed.wait_for(lambda: not notification.is_open, timeout):
                raise TimeoutError(f"{notification.title!r} is still open after {timeout} s")

    def click(self, notification: Notification, action: str | None = None) -> None:
        """Click the notification, or its button with the label `action`. Raises KeyError.

        Like a desktop it closes the notification, unless it is resident.
        """
        key = DEFAULT_ACTION if action is None else notification.actions[action]
        self._running_loop.run(self._emit_click(notification, key))

    def dismiss(self, notification: Notification) -> None:
        """Close the notification as a person does."""
        self._running_loop.run(self._emit_close(notification, DISMISSED))

    @property
    def _running_loop(self) -> BackgroundLoop:
        if self._loop is None:
            raise RuntimeError("the notification daemon is not started")
        return self._loop

    async def _serve(self) -> None:
        bus = await MessageBus(bus_address=self.address).connect()
        bus.export(PATH, self._interface)
        await bus.request_name(NAME)

    async def _emit_click(self, notification: Notification, key: str) -> None:
        self._interface.action_invoked(notification.id, key)
        if not notification.hints.get("resident"):
            await self._emit_close(notification, DISMISSED)

    async def _emit_close(self, notification: Notification, reason: int) -> None:
        self.close(notification.id, reason)

    def show(self, notification: Notification) -> int:
        """Put it on the screen, in place of the one it replaces, once the browser has been told
        its id, which is returned: whoever sees it can send another one that replaces it."""
        notification.id = notification.replaces or next(self._ids)
        asyncio.get_running_loop().call_soon(self._put, notification)
        return notification.id

    def _put(self, notification: Notification) -> None:
        with self.changed:
            for entry in self.history:
                if entry.id == notification.id:
                    entry.is_open = False
            self.history.append(notification)
            self.changed.notify_all()

    def close(self, number: int, reason: int) -> None:
        """Take it off the screen and say so on the bus."""
        with self.changed:
            entries = [entry for entry in self.history if entry.id == number and entry.is_open]
            for entry in entries:
                entry.is_open = False
            self.changed.notify_all()
        if entries:
            self._interface.notification_closed(number, reason)


class _Interface(ServiceInterface):
    """org.freedesktop.Notifications 1.2."""

    def __init__(self, daemon: NotificationDaemon) -> None:
        super().__init__(NAME)
        self._daemon = daemon

    @dbus_method("GetCapabilities")
    def capabilities(self) -> Texts:
        return CAPABILITIES

    @dbus_method("GetServerInformation")
    def server_information(self) -> ServerInformation:
        return ["test desktop", "tests", "1", "1.2"]

    @dbus_method("Notify")
    def notify(
        self,
        app: DBusStr,
        replaces: DBusUInt32,
        icon: DBusStr,
        summary: DBusStr,
        body: DBusStr,
        actions: Texts,
        hints: DBusDict,
        expire: DBusInt32,
    ) -> DBusUInt32:
        labels = dict(zip(actions[1::2], actions[::2], strict=False))
        return self._daemon.show(
            Notification(
                0, app, summary, body, icon, labels, unpack_variants(hints), replaces=replaces
            )
        )

    @dbus_method("CloseNotification")
    def close_notification(self, number: DBusUInt32) -> None:
        self._daemon.close(number, CLOSED)

    @dbus_signal("NotificationClosed")
    def notification_closed(self, number: int, reason: int) -> NumberAndNumber:
        return [number, reason]

    @dbus_signal("ActionInvoked")
    def action_invoked(self, number: int, key: str) -> NumberAndText:
        return [number, key]
