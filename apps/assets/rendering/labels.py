"""Label tags: what each says to a contact."""

from collections.abc import Collection
from dataclasses import dataclass

from apps.assets.models import LabelTag
from apps.assets.rendering.choosing import Ruled
from apps.assets.tags import NotFilled, render
from apps.assets.tags.language import Context


@dataclass(frozen=True, kw_only=True)
class Label:
    """A label tag: `values` are the texts of its rules by key, `default` that of all others."""

    name: str
    default: str
    ruled: tuple[Ruled, ...]
    values: dict[int, str]

    def text(self, key: int | None) -> str:
        return self.values.get(key, self.default)


def load(sites: Collection[int], names: Collection[str] | None) -> dict[int, list[Label]]:
    """Return by site those label tags that are called `names` (None: all), in two queries."""
    if names is not None and not names:
        return {}
    rows = LabelTag.objects.filter(site__in=sites).prefetch_related("values")
    found: dict[int, list[Label]] = {}
    for row in rows if names is None else rows.filter(name__in=names):
        values = row.values.all()
        label = Label(
            name=row.name,
            default=row.value,
            ruled=tuple(Ruled(key=value.pk, rule=value.rule) for value in values),
            values={value.pk: value.value for value in values},
        )
        found.setdefault(row.site_id, []).append(label)
    return found


def filled(text: str, context: Context) -> str:
    """Return the value of a label for a contact; one that cannot be filled says nothing."""
    try:
        return render(text, context)
    except NotFilled:
        return ""
