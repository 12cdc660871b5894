"""Which texts of a push, as filled for real contacts, are cut off, and by which browsers."""

from dataclasses import dataclass

from apps.assets import compatibility, places
from apps.assets.compatibility import Client, Extent
from apps.assets.places import Place
from apps.assets.rendering import Source
from apps.assets.samples import Sample

# How a push calls its texts, and the matrix.
NAMES = {"title": "title", "message": "body"}


@dataclass(frozen=True, kw_only=True)
class Cut:
    """A text that at least one browser of the matrix cuts off. `name` is that of the matrix,
    `extent` the most of it that a contact gets, `contents` the words for where it is seen."""

    place: Place
    name: str
    extent: Extent
    contents: tuple[str, ...]

    def is_by(self, client: Client) -> bool:
        return compatibility.is_cut(self.extent, client, self.name)

    def limits(self, unit: str) -> dict[str, int]:
        """Return by label of the browsers that show less of the unit, how much they show."""
        shown = {
            client.label: compatibility.room(client, self.name).get(unit)
            for client in compatibility.clients()
        }
        held = getattr(self.extent, unit)
        return {label: most for label, most in shown.items() if most is not None and held > most}


def of(source: Source, sample: Sample | None) -> list[Cut]:
    """Return the cuts of the source that the sample was taken of; none where it could not be."""
    extents: dict[Place, Extent] = {}
    contents: dict[Place, list[str]] = {}
    for each in sample.versions if sample else ():
        for place in places.of_version(source, each.key):
            if place.name in NAMES and not place.number:
                held: Extent = getattr(each, NAMES[place.name])
                extents[place] = extents.get(place, Extent()) | held
                contents.setdefault(place, []).append(places.content_words(source, each.key))
    found = [
        Cut(
            place=place,
            name=NAMES[place.name],
            extent=extent,
            contents=tuple(contents[place]),
        )
        for place, extent in extents.items()
    ]
    return [cut for cut in found if any(map(cut.is_by, compatibility.clients()))]
