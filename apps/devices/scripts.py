"""Serving the site's script and the service worker from the root of this host.

A worker must be fetched from the root to be registered for a scope there, and neither may be
cached for long: sites embed the address once and never change it.
"""

import functools
from pathlib import Path

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.utils.http import http_date
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET


@require_GET
@gzip_page
def script(request: HttpRequest, name: str) -> HttpResponse:
    """Serve `pushdesk.js` or `pushdesk-worker.js`, without what only its authors read."""
    path = Path(finders.find(name))
    changed = path.stat().st_mtime
    response = HttpResponse(_served(path, changed), content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "public, max-age=300"
    response["Last-Modified"] = http_date(changed)
    # The page of another origin may load it under `Cross-Origin-Embedder-Policy`.
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    response["Service-Worker-Allowed"] = "/"
    return response


@functools.lru_cache(maxsize=4)
def _served(path: Path, changed: float) -> bytes:
    return lean(path.read_text()).encode()


def lean(source: str) -> str:
    """Leave out indentation and the lines that are comments.

    Line by line, so it holds for scripts in which neither means anything within a literal.
    """
    lines = (line.strip() for line in source.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))
