"""Every text and address of an asset, with the place where a marketer finds it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from apps.assets.models import Asset, Button
from apps.assets.rendering import Source

BUTTON = {"label": False, "url": True, "icon": True}
# What the editor's page calls the parts in which several of a kind stand.
BUTTONS, VARIATIONS = "buttons", "variations"


@dataclass(frozen=True, kw_only=True)
class Place:
    """One text or address; `version` is the name of the variation that says it, empty for the
    default content. `number` counts buttons from 1; `name` is then that of the button's field."""

    name: str
    label: str
    text: str
    is_address: bool
    version: str = ""
    number: int = 0

    @property
    def field(self) -> str:
        """The field of the editor's page, or the part of it."""
        if self.version:
            return VARIATIONS
        return BUTTONS if self.number else self.name

    @property
    def words(self) -> str:
        """Where it is, to begin a sentence with: “German”, button 2, address."""
        parts = [f"“{self.version}”"] if self.version else []
        parts += [f"button {self.number}"] if self.number else []
        words = ", ".join([*parts, self.label])
        return words[0].upper() + words[1:]


def of_source(source: Source) -> Iterator[Place]:
    """Yield what the default content says, then what each variation says itself."""
    yield from _in_content(source.kind, source.content, "")
    for version in source.versions:
        yield from _in_content(source.kind, version.content, version.name)


def of_version(source: Source, key: int | None) -> list[Place]:
    """Return what contacts see who get the variation; the default content for None."""
    version = source.version(key)
    own = list(_in_content(source.kind, version.content, version.name)) if version else []
    said = version.content if version else {}
    return [
        *own,
        *(
            place
            for place in _in_content(source.kind, source.content, "")
            if (BUTTONS if place.number else place.name) not in said
        ),
    ]


def content_words(source: Source, key: int | None) -> str:
    """Return what to call what contacts see who get the variation; the default content for None."""
    version = source.version(key)
    return f"“{version.name}”" if version else "the default content"


def _in_content(kind: type[Asset], content: dict[str, Any], version: str) -> Iterator[Place]:
    for name in (*kind.TEXTS, *kind.ADDRESSES):
        if content.get(name):
            yield Place(
                name=name,
                label=str(kind._meta.get_field(name).verbose_name),
                text=content[name],
                is_address=name in kind.ADDRESSES,
                version=version,
            )
    for number, button in enumerate(content.get(BUTTONS, ()), start=1):
        for name, is_address in BUTTON.items():
            if button[name]:
                yield Place(
                    name=name,
                    label=str(Button._meta.get_field(name).verbose_name),
                    text=button[name],
                    is_address=is_address,
                    version=version,
                    number=number,
                )
