"""A little site of its own: what its page and worker do is reported, so that tests can wait."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from aiohttp import web

from tests.push_service.background import BackgroundLoop

from .pages_content import PAGE, STRICT_PAGE, WORKER

Json = Any


@dataclass(frozen=True)
class Report:
    """One step that the page or the worker told of."""

    kind: str
    details: Mapping[str, Json]


class PageServer:
    """Serves pages at `http://localhost:PORT`, a secure context; use it as a context manager."""

    def __init__(self, files: Mapping[str, tuple[str, str]] | None = None) -> None:
        self._files = files or {
            "/": ("text/html", PAGE),
            "/strict": ("text/html", STRICT_PAGE),
            "/opened": ("text/html", "<!doctype html><title>opened</title><p>opened</p>"),
            "/worker.js": ("text/javascript", WORKER),
        }
        self.reports: list[Report] = []
        self.changed = threading.Condition()
        self.port = 0
        self._loop: BackgroundLoop | None = None
        self._runner: web.AppRunner | None = None

    @property
    def origin(self) -> str:
        """Where the pages are."""
        return f"http://localhost:{self.port}"

    def start(self) -> Self:
        """Listen on a free port."""
        self._loop = BackgroundLoop("page server")
        self._loop.run(self._open())
        return self

    def stop(self) -> None:
        """Stop listening."""
        if self._loop and self._runner:
            self._loop.run(self._runner.cleanup())
            self._loop.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def wait_for(self, kind: str, timeout: float = 30, **details: Json) -> Report:
        """The first report of this kind with these details. Raises TimeoutError."""

        def found() -> Report | None:
            return next((entry for entry in self.reports if _is_like(entry, kind, details)), None)

        with self.changed:
            report = self.changed.wait_for(found, timeout)
        if report is None:
            raise TimeoutError(f"no report {kind} {details} in {timeout} s: {self.reports}")
        return report

    async def _open(self) -> None:
        application = web.Application()
        application.add_routes([web.post("/report", self._take), web.get("/{path:.*}", self._show)])
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, "localhost", self.port).start()
        self.port = self._runner.addresses[0][1]

    async def _take(self, request: web.Request) -> web.Response:
        details = await request.json()
        with self.changed:
            self.reports.append(Report(details.pop("kind"), details))
            self.changed.notify_all()
        return web.Response(status=204)

    async def _show(self, request: web.Request) -> web.Response:
        content_type, text = self._files.get(request.path, ("", ""))
        if not content_type:
            raise web.HTTPNotFound
        headers = {"Cache-Control": "no-store"}
        return web.Response(text=text, content_type=content_type, headers=headers)


def _is_like(report: Report, kind: str, details: Mapping[str, Json]) -> bool:
    return report.kind == kind and all(
        report.details.get(name) == value for name, value in details.items()
    )
