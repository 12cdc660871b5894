"""The pictures of a file on their way in: read once, stored when it is known who needs them."""

import base64
import binascii
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.http import HttpRequest

from apps.accounts.models import Site, User
from apps.assets.exchange import texts
from apps.assets.exchange.files import MAX_IMAGE_PIXELS
from apps.assets.images import essentials, mentions, pictures, storing
from apps.assets.images.pictures import Picture
from apps.assets.models import Image


@dataclass(frozen=True, kw_only=True)
class Brought:
    """A picture of the file and its address `here`, or in words the `problem` with it."""

    name: str
    picture: Picture | None = None
    here: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Pictures:
    """Those that something in the file names, by their addresses as they are written there."""

    found: Mapping[str, Brought]

    def addressed(self, row: Any, within: Callable[..., Any]) -> tuple[Any, list[str]]:
        """Return the asset or label tag of the file with the addresses that its pictures have
        here, and those of the pictures that it names; `within` is one of exchange.texts."""
        here = {address: each.here for address, each in self.found.items() if each.here}
        changed = within(row, lambda text: mentions.replaced(text, here))
        return changed, _named(row, within, self.found)

    def store(self, wanted: Iterable[str], site: Site, user: User | None) -> None:
        """Store the pictures in the site, each once. Not within a transaction: see
        apps.assets.images.storing."""
        unlike = {each.picture.digest: each for each in self._readable(wanted) if each.picture}
        for each in unlike.values():
            storing.keep(each.picture, each.name, site, user)

    def count(self, wanted: Iterable[str]) -> int:
        """Return how many there are of those that have these addresses."""
        return len({each.here for each in self._readable(wanted)})

    def _readable(self, wanted: Iterable[str]) -> list[Brought]:
        return [self.found[address] for address in wanted if self.found[address].picture]


def read(data: dict[str, Any], request: HttpRequest | None = None) -> Pictures:
    """Return the pictures of the file's content, in one query, drawn anew (apps.assets.images
    .pictures) unless they are images of this install to the byte.

    Raises addresses.Unknown where nothing says which addresses they would have here.
    """
    entries: dict[str, Any] = data["images"]
    named = [
        address
        for part, within in (("assets", texts.of_asset), ("label_tags", texts.of_label_tag))
        for row in data[part]
        for address in _named(row, within, entries)
    ]
    found: dict[str, Brought] = {}
    contents: dict[str, bytes] = {}
    for address in dict.fromkeys(named):
        entry = _spelt_elsewhere(entries[address], entries)
        try:
            contents[address] = _bytes(entry)
        except ValidationError as error:
            found[address] = Brought(name=_name(entry), problem=" ".join(error.messages))
    drawn = _drawn(contents.values())
    for address, content in contents.items():
        name, picture = _name(_spelt_elsewhere(entries[address], entries)), drawn[content]
        if isinstance(picture, Picture):
            here = storing.address(storing.file_name(picture), request)
            found[address] = Brought(name=name, picture=picture, here=here)
        else:
            found[address] = Brought(name=name, problem=picture)
    return Pictures(found)


def _named(row: Any, within: Callable[..., Any], known: Collection[str]) -> list[str]:
    """Return the known addresses that the row names, each once."""
    named: dict[str, None] = {}

    def note(text: str) -> str:
        named.update((each, None) for each in (text, *mentions.find(text)) if each in known)
        return text

    if known:
        within(row, note)
    return list(named)


def _spelt_elsewhere(entry: Any, entries: Mapping[str, Any]) -> Any:
    """Return what another spelling of an address stands for, and all else as it is."""
    if isinstance(entry, dict) and set(entry) == {"same_as"}:
        return entries.get(entry["same_as"]) if isinstance(entry["same_as"], str) else None
    return entry


def _name(entry: Any) -> str:
    name = entry.get("name") if isinstance(entry, dict) else None
    return storing.shown(name if isinstance(name, str) else None)


def _bytes(entry: Any) -> bytes:
    if not isinstance(entry, dict) or set(entry) != {"name", "data"}:
        raise ValidationError("It needs a name and data.")
    written = entry["data"]
    try:
        content = base64.b64decode(written, validate=True)
    except (binascii.Error, ValueError, TypeError) as error:
        raise ValidationError("Its data is not Base64.") from error
    # Some write the same bytes in more ways than one, and readers are lenient.
    if base64.b64encode(content).decode() != written:
        raise ValidationError("Its data is not Base64.")
    return content


def _drawn(contents: Iterable[bytes]) -> dict[bytes, Picture | str]:
    """Return the picture in each content, or in words why there is none."""
    unlike = {sha256(content).hexdigest(): content for content in contents}
    rows = Image.objects.filter(digest__in=unlike) if unlike else ()
    # We wrote them so: to draw them once more would only make them worse.
    ours = {row.digest: row for row in rows}
    found: dict[bytes, Picture | str] = {}
    pixels = 0
    for digest, content in unlike.items():
        if row := ours.get(digest):
            found[content] = _stored(row, content)
            continue
        try:
            pixels += _pixels(content)
            if pixels > MAX_IMAGE_PIXELS:
                most = f"{MAX_IMAGE_PIXELS // 1_000_000} million"
                raise ValidationError(f"The pictures before it have {most} pixels together.")
            found[content] = pictures.read(ContentFile(content))
        except ValidationError as error:
            found[content] = " ".join(error.messages)
    return found


def _stored(row: Image, content: bytes) -> Picture:
    extension = row.file.name.rpartition(".")[2]
    return Picture(data=content, extension=extension, width=row.width, height=row.height)


def _pixels(content: bytes) -> int:
    """Return how many there are to draw: none of what is refused before."""
    try:
        head = essentials.of(content)
    except ValidationError:
        return 0
    number = head.width * head.height
    return number if number <= pictures.MAX_PIXELS else 0
