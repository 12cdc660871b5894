import json

import pytest

from apps.assets import payloads

RECEIPT = {"id": "a" * 32, "token": "b" * 32}
FULL = {
    "title": "Hello",
    "navigate": "https://shop.example/",
    "image": "https://cdn.example/image.png",
    "badge": "https://cdn.example/badge.png",
    "data": {"order": 7},
    "actions": [
        {
            "action": "1",
            "title": "Show me",
            "navigate": "https://shop.example/sale",
            "icon": "https://cdn.example/icon.png",
        }
    ],
}


class TestBuild:
    def test_it_is_declarative_and_its_id_is_the_tag(self):
        message = json.loads(payloads.build({"title": "Hi", "navigate": "https://a.b/"}, **RECEIPT))

        assert message == {
            "web_push": 8030,
            "mutable": True,
            "notification": {
                "title": "Hi",
                "navigate": "https://a.b/",
                "tag": "a" * 32,
                "data": {"pushdesk": RECEIPT},
            },
        }

    def test_a_replace_key_is_the_tag(self):
        message = json.loads(payloads.build({**FULL, "tag": "score"}, **RECEIPT))

        assert message["notification"]["tag"] == "score"
        assert message["notification"]["data"] == {"order": 7, "pushdesk": RECEIPT}

    def test_without_a_token_nothing_is_to_be_reported(self):
        message = json.loads(payloads.build(FULL, id="a" * 32))

        assert message["notification"]["data"] == {"order": 7}
        assert message["notification"]["tag"] == "a" * 32


class TestFit:
    def test_it_leaves_out_nothing_where_all_fits(self):
        made = payloads.fit(FULL, **RECEIPT)

        assert made.left_out == ()
        assert made.plaintext == payloads.build(FULL, **RECEIPT)

    @pytest.mark.parametrize("dropped", range(1, 5))
    def test_it_leaves_out_in_the_documented_order_until_it_fits(self, dropped):
        whole = len(payloads.build(FULL, **RECEIPT))
        steps = [
            len(payloads.fit(FULL, **RECEIPT, limit=limit).plaintext) for limit in range(whole)
        ]
        limit = sorted(set(steps), reverse=True)[dropped - 1]

        made = payloads.fit(FULL, **RECEIPT, limit=limit)

        assert made.left_out == payloads.SLIMMED[:dropped]
        assert len(made.plaintext) == limit

    def test_what_is_not_there_is_not_said_to_be_left_out(self):
        made = payloads.fit({"title": "x" * 500, "image": "https://a.b/c.png"}, **RECEIPT, limit=9)

        assert made.left_out == ("image",)
        assert len(made.plaintext) > 9

    @pytest.mark.parametrize("dropped", range(4))
    def test_a_test_has_as_much_left_out_as_a_push_with_a_receipt(self, dropped):
        limit = len(payloads.build(FULL, **RECEIPT)) - 30 * dropped
        real = payloads.fit(FULL, **RECEIPT, limit=limit)

        made = payloads.fit(FULL, id="a" * 32, limit=limit)

        assert (made.left_out, made.size) == (real.left_out, len(real.plaintext))
        assert "pushdesk" not in json.loads(made.plaintext)["notification"]["data"]
