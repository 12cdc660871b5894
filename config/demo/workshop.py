"""The demo's assets: a push with variations and label tags, and a popup."""

from typing import Any

from apps.accounts.models import Site
from apps.assets import models as assets
from apps.assets.library import history

SALE = "Summer sale"
VIP = {"field": "state.vip", "op": "is", "value": True}
GERMAN = {"field": "language", "op": "is", "value": "de"}


def make(site: Site) -> None:
    discount = assets.LabelTag.objects.create(site=site, name="discount", value="20 %")
    discount.values.create(rule=VIP, value="30 %")
    sale = _sale(site)
    news = assets.Popup.objects.create(
        site=site,
        name="New store in Leipzig",
        title="We open in Leipzig",
        text="Come and see us on the first of May.",
        layout=assets.Popup.Layout.SLIDE,
        position=assets.Popup.Position.BOTTOM_RIGHT,
    )
    assets.Button.objects.create(asset=news, label="Thank you", action=assets.Button.Action.CLOSE)
    for asset in (sale, news):
        history.record(asset, None, "Came with the demo")


def _sale(site: Site) -> assets.Push:
    sale = assets.Push.objects.create(
        site=site,
        name=SALE,
        status=assets.Asset.Status.ACTIVE,
        title="Summer sale: {{ label.discount }} off",
        message="Hi {{ state.first_name | my friend }}: tents, boots and backpacks, until Sunday.",
        url="/demo/?product=tent",
    )
    sale.labels.add(assets.AssetLabel.objects.create(site=site, name="Seasonal"))
    assets.Button.objects.create(asset=sale, label="Show me", url="/demo/?product=boots")
    _variation(
        sale,
        name="German",
        rule=GERMAN,
        content={
            "title": "Sommerschlussverkauf: {{ label.discount }} Rabatt",
            "message": "Hallo {{ state.first_name | du }}: Zelte und Rucksäcke, bis Sonntag.",
            "language": "de",
        },
        button="Ansehen",
    )
    return sale


def _variation(push: assets.Push, *, button: str, **values: Any) -> None:
    variation = push.variations.create(
        status=assets.Variation.Status.ACTIVE, has_own_buttons=True, **values
    )
    variation.buttons.create(asset=push, label=button, url="/demo/?product=boots")
