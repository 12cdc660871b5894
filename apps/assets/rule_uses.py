"""Whom variations and label values are for: the rules of theirs, for whoever asks what names a
segment or a property."""

from collections.abc import Iterable

from django.contrib.contenttypes.models import ContentType

from apps.assets.models import Asset, LabelValue, Variation
from apps.segments.usage import Use

MAX_SHOWN = 40


def kind_of(asset: Asset) -> str:
    """Return what the asset is called by its kind, without a query: the stored row may be of the
    common part only."""
    # By the cache of content types; through the row it would be a query each.
    model = ContentType.objects.get_for_id(asset.polymorphic_ctype_id).model_class()
    return str(model._meta.verbose_name)


def rules_of_site(site_id: int) -> Iterable[Use]:
    """Yield the rules of the site's variations and label values, in two queries."""
    variations = Variation.objects.filter(asset__site=site_id).select_related("asset")
    for row in variations.order_by("asset__name", "position", "id"):
        draft = "" if row.is_active else ", draft"
        note = f"of the {kind_of(row.asset)} “{row.asset.name}”{draft}"
        yield Use(row=row, kind="Variation", rule=row.rule, note=note)
    values = LabelValue.objects.filter(label__site=site_id).select_related("label")
    place: dict[int, int] = {}
    for value in values.order_by("label__name", "position", "id"):
        place[value.label_id] = number = place.get(value.label_id, 0) + 1
        note = f"value {number}: “{shortened(value.value)}”"
        yield Use(row=value.label, kind="Label tag", rule=value.rule, note=note)


def shortened(text: str) -> str:
    return text if len(text) <= MAX_SHOWN else f"{text[: MAX_SHOWN - 1]}…"
