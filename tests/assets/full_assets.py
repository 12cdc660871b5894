"""Assets with everything that an asset can have, and what reads pages about them."""

import json
import re

from apps.assets import exchange
from apps.assets.models import Asset, AssetLabel, Button, LabelTag, LabelValue, Variation
from tests.factories import a_popup, a_property, a_push, a_segment

GERMAN = {"all": [{"field": "language", "op": "is", "value": "de"}]}


def in_segment(reference):
    return {"all": [{"segment": reference, "op": "in"}, *GERMAN["all"]]}


def a_full_push(site, name="Summer sale", **values):
    """A push with a label, two buttons, a label tag, and two variations: one with buttons of its
    own, one for a segment."""
    if not LabelTag.objects.filter(site=site).exists():
        a_property(site, "first_name")
        tag = LabelTag.objects.create(site=site, name="bonus", value="10 %")
        LabelValue.objects.create(label=tag, position=0, rule=GERMAN, value="15 %")
    values = {
        "title": "Hello {{ state.first_name }}, {{ label.bonus }} off",
        "message": "Until Sunday.",
        "url": "/sale",
        "data": {"order": 7},
        "ttl": 3_600,
        **values,
    }
    push = a_push(site, name=name, **values)
    push.labels.add(AssetLabel.objects.get_or_create(site=site, name="Sale")[0])
    Button.objects.create(asset=push, position=0, label="Show me", url="/sale")
    Button.objects.create(asset=push, position=1, label="Later")
    german = Variation.objects.create(
        asset=push,
        position=0,
        name="German",
        status="active",
        rule=GERMAN,
        content={"title": "Hallo", "data": {}},
        has_own_buttons=True,
    )
    Button.objects.create(asset=push, variation=german, label="Zeig her", url="/de")
    segment = site.segments.filter(name="VIP").first() or a_segment(site, name="VIP", rule=GERMAN)
    Variation.objects.create(
        asset=push,
        position=1,
        name="VIP",
        status="active",
        rule=in_segment(segment.pk),
        content={"message": "For you alone."},
    )
    return push


def a_full_popup(site, name="News", **values):
    popup = a_popup(site, name=name, text="We open in Leipzig.", pages="/sale/*", **values)
    Button.objects.create(asset=popup, position=0, label="Yes", action="ask_permission")
    Button.objects.create(asset=popup, position=1, label="Count", action="track", event="seen")
    return popup


def exported(site):
    """The file's content as it arrives elsewhere."""
    data = exchange.export(Asset.objects.filter(site=site))
    return exchange.read(json.dumps(data).encode())


def verdicts(plan):
    return [(each.name, each.verdict) for each in plan.everything]


def names(answer):
    return sorted(row.name for row in answer.context["cl"].result_list)


def words(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def act(client, address, action, *assets, **more):
    data = {"action": action, "index": "0", "_selected_action": [asset.pk for asset in assets]}
    return client.post(address, {**data, **more})
