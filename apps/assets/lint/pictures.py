"""Pictures: their size, shape and weight, uploaded or found elsewhere."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from apps.accounts.models import Site
from apps.assets.lint.registry import Finding, Level, Subject, register
from apps.assets.models import Image

# More than this takes longer to load than a notification waits on a phone.
MAX_BYTES = 1_000_000
# Of a file's name and the folders that storage puts it in.
MOST_FOLDERS = 4


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What a picture should be: at least `width` pixels wide, width to height between `low` and
    `high`; `words` says it."""

    width: int
    low: float
    high: float
    words: str


SHAPES = {
    "icon": Shape(width=96, low=0.9, high=1.1, words="square, 192 px"),
    "badge": Shape(width=72, low=0.9, high=1.1, words="square, 96 px"),
    "image": Shape(width=360, low=1.4, high=2.3, words="2:1, 720 px wide"),
}


@register()
def shapes(subject: Subject) -> Iterator[Finding]:
    placed = {place: each for place, each in subject.addresses.items() if place.name in SHAPES}
    uploaded = _uploaded(subject.source.site, placed.values())
    for place, address in placed.items():
        picture = uploaded.get(address) or subject.looked_at.get(address)
        if picture is None or place.number:
            continue
        for words in _wrong(SHAPES[place.name], picture.width, picture.height, picture.size):
            message = f"{place.words}: {words}"
            yield Finding(level=Level.WARNING, field=place.field, message=message)


def _wrong(shape: Shape, width: int | None, height: int | None, size: int | None) -> Iterator[str]:
    if width and height:
        measured = f"{width} × {height} pixels; best is {shape.words}."
        if not shape.low <= width / height <= shape.high:
            yield f"its shape does not fit, so it is cropped: {measured}"
        elif width < shape.width:
            yield f"small, so it is blurred: {measured}"
    if size and size > MAX_BYTES:
        yield f"{size / 1_000_000:.1f} MB load slowly; keep it below 1 MB."


def _uploaded(site: Site, addresses: Iterable[str]) -> dict[str, Image]:
    """Return by address the pictures of the library that are there, in one query: an address
    ends in the name under which the file is stored."""
    endings = {address: _endings(address) for address in addresses}
    names = {name for found in endings.values() for name in found}
    rows = Image.objects.filter(site=site, file__in=names) if names else ()
    by_name = {row.file.name: row for row in rows}
    return {
        address: by_name[name]
        for address, found in endings.items()
        for name in found
        if name in by_name
    }


def _endings(address: str) -> list[str]:
    parts = urlsplit(address).path.strip("/").split("/")
    return ["/".join(parts[-count:]) for count in range(1, min(len(parts), MOST_FOLDERS) + 1)]
