"""Serving uploaded images from this disk; another storage serves its own.

Browsers of visitors, and the services that fetch on their behalf, ask for them without a session
and keep them for good: the name is made of what the file holds.
"""

from typing import Any

from django.core.files.storage import FileSystemStorage, default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import condition, require_safe

from apps.assets.images import storing

ROUTE = rf"^media/(?P<name>{storing.NAME})\Z"
CONTENT_TYPES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}
HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "X-Content-Type-Options": "nosniff",
    # Opened as a page it is a picture and nothing else.
    "Content-Security-Policy": "default-src 'none'; sandbox",
    # The page of another origin may show it under `Cross-Origin-Embedder-Policy`.
    "Cross-Origin-Resource-Policy": "cross-origin",
}


@require_safe
def image(request: HttpRequest, name: str) -> HttpResponseBase:
    """Serve the stored file `assets/<first two of the digest>/<digest>.<extension>`."""
    response = _file(request, name)
    for header, value in HEADERS.items():
        response[header] = value
    return response


def _etag(request: HttpRequest, name: str) -> str | None:
    return f'"{name[-68:]}"' if _is_here(name) else None


@condition(etag_func=_etag)
def _file(request: HttpRequest, name: str) -> HttpResponseBase:
    if not _is_here(name):
        raise Http404
    try:
        file: Any = default_storage.open(name)
    except FileNotFoundError as error:
        raise Http404 from error
    return FileResponse(file, content_type=CONTENT_TYPES[name.rpartition(".")[2]])


def _is_here(name: str) -> bool:
    return isinstance(default_storage, FileSystemStorage) and default_storage.exists(name)
