"""Serving the site's script and the service worker from the root of this host.

A worker must be fetched from the root to be registered for a scope there, and neither may be
cached for long: sites embed the address once and never change it.
"""

from pathlib import Path

from django.contrib.staticfiles import finders
from django.http import FileResponse, HttpRequest
from django.utils.http import http_date
from django.views.decorators.http import require_GET


@require_GET
def script(request: HttpRequest, name: str) -> FileResponse:
    """Serve `pushdesk.js` or `pushdesk-worker.js`."""
    path = Path(finders.find(name))
    response = FileResponse(path.open("rb"), content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "public, max-age=300"
    response["Last-Modified"] = http_date(path.stat().st_mtime)
    # The page of another origin may load it under `Cross-Origin-Embedder-Policy`.
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    response["Service-Worker-Allowed"] = "/"
    return response
