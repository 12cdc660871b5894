"""The pictures that a file carries: those of the site's images that its assets name."""

import base64
from typing import Any

from django.core.files.storage import default_storage

from apps.accounts.models import Site
from apps.assets.exchange import texts
from apps.assets.exchange.files import MAX_IMAGE_BYTES, MAX_IMAGE_PIXELS, MAX_IMAGES
from apps.assets.images import mentions
from apps.assets.models import Image


class TooMuch(ValueError):
    """More than a file can hold; the message says it, for people."""


def images(site: Site, assets: list[Any], label_tags: list[Any]) -> dict[str, Any]:
    """Return the pictures by their addresses as they are written, each once, in one query.

    `{"name": …, "data": base64}`, or `{"same_as": address}` for another spelling of an address.
    Raises TooMuch.
    """
    files: dict[str, str] = {}

    def note(text: str) -> str:
        files.update((address, mentions.file_name(address)) for address in mentions.find(text))
        return text

    for asset in assets:
        texts.of_asset(asset, note)
    for tag in label_tags:
        texts.of_label_tag(tag, note)
    rows = Image.objects.filter(site=site, file__in=set(files.values()))
    known = {row.file.name: row for row in rows} if files else {}
    _bound(list(known.values()))
    found: dict[str, Any] = {}
    first: dict[str, str] = {}
    for address, name in files.items():
        if name in first:
            found[address] = {"same_as": first[name]}
        elif name in known and (data := _read(name)):
            first[name] = address
            found[address] = {"name": known[name].name, "data": base64.b64encode(data).decode()}
    return found


def _bound(rows: list[Image]) -> None:
    if len(rows) > MAX_IMAGES:
        raise TooMuch(f"A file holds at most {MAX_IMAGES} pictures: choose fewer assets.")
    if sum(row.size for row in rows) > MAX_IMAGE_BYTES:
        most = MAX_IMAGE_BYTES // 1_000_000
        raise TooMuch(f"A file holds at most {most} MB of pictures: choose fewer assets.")
    if sum(row.width * row.height for row in rows) > MAX_IMAGE_PIXELS:
        most = MAX_IMAGE_PIXELS // 1_000_000
        raise TooMuch(f"A file holds at most {most} million pixels: choose fewer assets.")


def _read(name: str) -> bytes:
    try:
        with default_storage.open(name) as file:
            return file.read()
    except FileNotFoundError:
        # Lost from the storage: the address stays what it is, and as broken.
        return b""
