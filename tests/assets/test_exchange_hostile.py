"""Files that somebody made to do harm, or that are simply others."""

import json

import pytest

from apps.assets import exchange
from apps.assets.exchange import Verdict
from apps.assets.models import Asset
from tests.assets.full_assets import a_full_push, exported
from tests.factories import a_site

HEAD = {"type": "pushdesk-assets", "format": 1}
MANY = {f"/{number}.png": {"name": "a.png", "data": "AAAA"} for number in range(1_000)}
LARGE = {f"/{number}.png": {"name": "a.png", "data": "A" * 4_000_000} for number in range(7)}


def nested(depth):
    return b'{"type":"pushdesk-assets","format":1,"assets":' + b"[" * depth + b"]" * depth + b"}"


class TestFile:
    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (b"", "not JSON"),
            (b"name,title\n", "not JSON"),
            (b"\xff\xfe", "UTF-8"),
            (b"\x89PNG\r\n", "UTF-8"),
            (b"[]", "not a file that"),
            (b"7", "not a file that"),
            (b"{}", "not a file that"),
            (json.dumps({**HEAD, "type": "other"}).encode(), "not a file that"),
            (json.dumps({**HEAD, "format": 2}).encode(), "format 1"),
            (json.dumps({**HEAD, "format": True}).encode(), "format 1"),
            (json.dumps({**HEAD, "more": 1}).encode(), "“more”"),
            (json.dumps({**HEAD, "assets": {}}).encode(), "not a list"),
            (json.dumps({**HEAD, "assets": [], "label_tags": 1}).encode(), "not a list"),
            (json.dumps({**HEAD, "assets": [1], "images": []}).encode(), "not an object"),
            (
                json.dumps({**HEAD, "assets": [1], "images": MANY}).encode(),
                "more than 200 pictures",
            ),
            (json.dumps({**HEAD, "assets": [1], "images": LARGE}).encode(), "20 MB together"),
            (json.dumps({**HEAD, "assets": [1], "site": "x" * 2_000_000}).encode(), "2 MB beside"),
            (b" " * (exchange.MAX_FILE_BYTES + 1), "2 MB and 20 MB of pictures"),
            (json.dumps({**HEAD, "assets": []}).encode(), "no assets"),
            (json.dumps({**HEAD, "assets": [1] * 301}).encode(), "more than 300"),
            (b'{"type":"pushdesk-assets","format":1,"assets":[NaN]}', "no number"),
            (b'{"type":"pushdesk-assets","format":1,"assets":[1e999]}', "without end"),
            (b'{"type":"pushdesk-assets","format":1,"assets":[' + b"9" * 5_000 + b"]}", "number"),
            (b'{"type":"pushdesk-assets","format":1,"assets":["\\u0000"]}', "NUL"),
            (b'{"type":"pushdesk-assets","format":1,"assets":[{"\\u0000":1}]}', "NUL"),
            (b'{"type":"pushdesk-assets","format":1,"assets":["\\ud800"]}', "half a character"),
            (nested(40), "too deep"),
            (nested(100_000), "too deep"),
            (b" " * (exchange.MAX_BYTES + 1), "2 MB"),
        ],
        ids=lambda value: value[:12].decode(errors="replace") if type(value) is bytes else value,
    )
    def test_it_is_refused_with_the_reason(self, content, reason):
        with pytest.raises(exchange.Unreadable, match=reason):
            exchange.read(content)


@pytest.mark.django_db
class TestContent:
    @pytest.mark.parametrize(
        "asset",
        [None, 1, "x", [], {}, {"kind": {}}, {"name": []}, {"variations": 1}, {"variations": [1]},
         {"variations": [{"rule": 1}]}, {"variations": [{"rule": {"segment": {}}}]}],
    )  # fmt: skip
    def test_an_asset_of_any_shape_is_only_left_out(self, asset):
        site = a_site()
        data = exchange.read(json.dumps({**HEAD, "assets": [asset]}).encode())

        plan = exchange.plan(data, site)
        outcome = exchange.run(data, site, None)

        assert [each.verdict for each in plan.assets] == [Verdict.REFUSED]
        assert len(outcome.refused) == 1
        assert not Asset.objects.filter(site=site).exists()

    @pytest.mark.parametrize(
        "tag",
        [None, [], {}, {"name": "a", "value": "b", "values": [{}]},
         {"name": "A b", "value": "x", "values": []}, {"name": "a", "value": 1, "values": []},
         {"name": "a", "value": "{{ label.b }}", "values": []},
         {"name": "a", "value": "x", "values": [{"rule": {}, "value": "{% if %}"}]}],
    )  # fmt: skip
    def test_a_label_tag_of_any_shape_is_only_left_out(self, tag):
        site = a_site()
        data = exchange.read(json.dumps({**HEAD, "label_tags": [tag]}).encode())

        plan = exchange.plan(data, site)
        exchange.run(data, site, None)

        assert [each.verdict for each in plan.label_tags] == [Verdict.REFUSED]
        assert not site.label_tags.exists()

    @pytest.mark.parametrize("rule", [1, [], {"all": []}, {"any": [{"segment": []}]}, {"x": 1}])
    def test_a_rule_of_any_shape_is_an_error_or_a_draft(self, rule):
        site = a_site()
        a_full_push(site)
        data = exported(site)
        data["assets"][0]["variations"][0]["rule"] = rule
        other = a_site()

        planned = exchange.plan(data, other).assets[0]

        assert planned.verdict == Verdict.REFUSED
        assert [each.field for each in planned.problems] == ["Variation “German”, rule"]
