"""Who names an image: by its address, so no foreign key knows."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import F, Model, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat

from apps.accounts.models import Site
from apps.assets.models import (
    Button,
    Image,
    LabelTag,
    LabelValue,
    Popup,
    Push,
    Variation,
)

# More are not written out anywhere, and not looked for.
MOST = 500


@dataclass(frozen=True, kw_only=True, order=True)
class Use:
    """`kind` is one of push, popup, button, variation, label tag, site; `model` and `pk` are of
    the row whose page shows it."""

    kind: str
    name: str
    model: str
    pk: int


@dataclass(frozen=True, kw_only=True)
class _Place:
    """Where addresses stand: in columns of a model, shown on the page of the row `page`."""

    kind: str
    rows: type[Model]
    columns: tuple[str, ...]
    model: str
    page: str = ""


PLACES = (
    _Place(kind="push", rows=Push, columns=("icon", "image", "badge", "url", "data"),
           model="assets.push"),
    _Place(kind="popup", rows=Popup, columns=("image", "text"), model="assets.popup"),
    _Place(kind="button", rows=Button, columns=("icon", "url"), model="assets.asset",
           page="asset"),
    _Place(kind="variation", rows=Variation, columns=("content",), model="assets.asset",
           page="asset"),
    _Place(kind="label tag", rows=LabelTag, columns=("value",), model="assets.labeltag"),
    _Place(kind="label tag", rows=LabelValue, columns=("value",), model="assets.labeltag",
           page="label"),
    _Place(kind="site", rows=Site, columns=("icon", "badge"), model="accounts.site"),
)  # fmt: skip


def of(images: Collection[Image]) -> dict[int, list[Use]]:
    """Return who names each of the images, by its id, in one query.

    Another site may name it as well: an address knows no bounds.
    """
    if not images:
        return {}
    asked = reduce(or_, (Q(use_text__contains=image.digest) for image in images))
    first, *others = (_rows(place, asked) for place in PLACES)
    found: dict[int, set[Use]] = defaultdict(set)
    for kind, name, model, pk, text in first.union(*others, all=True)[:MOST]:
        for image in images:
            if image.digest in text:
                found[image.pk].add(Use(kind=kind, name=name, model=model, pk=pk))
    return {image.pk: sorted(found[image.pk]) for image in images}


def _rows(place: _Place, asked: Q) -> QuerySet[Any]:
    through = f"{place.page}__" if place.page else ""
    columns = [Cast(column, TextField()) for column in place.columns]
    text = Concat(*columns, Value(""), output_field=TextField())
    rows = place.rows._default_manager.all()
    if hasattr(rows, "non_polymorphic"):
        rows = rows.non_polymorphic()
    return (
        rows.annotate(
            use_kind=Value(place.kind, output_field=TextField()),
            use_name=Cast(F(f"{through}name"), TextField()),
            use_model=Value(place.model, output_field=TextField()),
            use_pk=F(f"{through}pk"),
            use_text=text,
        )
        .filter(asked)
        .order_by()
        .values_list("use_kind", "use_name", "use_model", "use_pk", "use_text")
    )
