"""Assets with variations, to begin a test with."""

from apps.assets.models import Button

GERMAN = {"field": "language", "op": "is", "value": "de"}
FRENCH = {"field": "language", "op": "is", "value": "fr"}
VIP = {"field": "state.vip", "op": "is", "value": True}
GONE = {"field": "state.gone", "op": "is", "value": "x"}


def a_variation(asset, name="German", rule=GERMAN, **values):
    values = {"status": "active", "position": asset.variations.count(), **values}
    return asset.variations.create(name=name, rule=rule, **values)


def a_button(asset, variation=None, label="Show me", **values):
    return Button.objects.create(asset=asset, variation=variation, label=label, **values)


def names(asset):
    return list(asset.variations.values_list("name", flat=True))


def no_buttons(**more):
    return {"buttons-TOTAL_FORMS": "0", "buttons-INITIAL_FORMS": "0", **more}


def page_of(asset):
    return f"/admin/assets/{asset._meta.model_name}/{asset.pk}/change/"


def variation_page(variation, page="change"):
    return f"/admin/assets/variation/{variation.pk}/{page}/"
