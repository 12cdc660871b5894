import copy

import pytest

from apps.assets import snapshots
from apps.assets.library import differences
from apps.segments import catalogue
from tests.assets.full_assets import a_full_push
from tests.factories import a_site

pytestmark = pytest.mark.django_db


def marked(change):
    signs = {"same": "{}", "removed": "[-{}-]", "added": "[+{}+]"}
    return "".join(signs[piece.state].format(piece.text) for piece in change.pieces)


@pytest.fixture
def compare():
    site = a_site()
    old = snapshots.write(a_full_push(site))
    context = catalogue.of_site(site)

    def changes(change):
        new = copy.deepcopy(old)
        change(new)
        return [(each.place, marked(each)) for each in differences.between(old, new, context)]

    return changes


class TestDifference:
    def test_of_the_same_there_is_none(self, compare):
        assert compare(lambda new: None) == []

    def test_a_text_is_marked_word_by_word(self, compare):
        def change(new):
            new["content"]["message"] = "Until next Monday."
            new["content"]["title"] = "Hello {{ state.first_name }}, only {{ label.bonus }} off"

        assert compare(change) == [
            ("Title", "Hello {{ state.first_name }}, [+only +]{{ label.bonus }} off"),
            ("Message", "Until [-Sunday-][+next Monday+]."),
        ]

    def test_a_text_with_little_in_common_is_replaced(self, compare):
        changes = compare(lambda new: new["content"].update(message="Good morning, everyone"))

        assert changes == [("Message", "[-Until Sunday.-][+Good morning, everyone+]")]

    def test_values_are_said_as_the_form_says_them(self, compare):
        def change(new):
            new["status"] = "archived"
            new["content"] |= {"urgency": "very-low", "silent": True, "ttl": 60, "data": {}}

        assert compare(change) == [
            ("Status", "[-Active-][+Archived+]"),
            ("Extra data", '[-{"order": 7}-]'),
            ("Silent", "[-no-][+yes+]"),
            ("Time to live", "[-3600-][+60+]"),
            ("Urgency", "[-Normal-][+Very low: on power and Wi-Fi+]"),
        ]

    def test_labels(self, compare):
        changes = compare(lambda new: new.update(labels=["New", "Old"]))

        assert changes == [("Labels", "[-Sale-] [+New+] [+Old+]")]

    def test_buttons_by_name(self, compare):
        def change(new):
            new["buttons"][0]["url"] = "/other"
            new["buttons"].append({**new["buttons"][1], "label": "Never"})

        assert compare(change) == [
            ("Button “Show me”, address", "/[-sale-][+other+]"),
            ("Button", "[+Never+]"),
        ]

    def test_a_renamed_button_is_not_another_one(self, compare):
        changes = compare(lambda new: new["buttons"][1].update(label="Later on"))

        assert changes == [("Button “Later”, label", "Later[+ on+]")]

    def test_the_order_of_buttons(self, compare):
        changes = compare(lambda new: new["buttons"].reverse())

        assert changes == [("Order of the buttons", "[-Show me, Later-][+Later, Show me+]")]

    def test_a_variation_by_name_with_its_rule_in_words(self, compare):
        def change(new):
            vip = new["variations"][1]
            vip["rule"]["all"].pop()
            vip["status"] = "draft"
            vip["content"]["message"] = "For you alone, now."

        assert compare(change) == [
            ("Variation “VIP”, status", "[-Active-][+Draft+]"),
            ("Variation “VIP”, for contacts who", "is in “VIP”[- and Language is de-]"),
            ("Variation “VIP”, message", "For you alone[+, now+]."),
        ]

    def test_a_variation_that_is_gone_and_one_that_is_new(self, compare):
        def change(new):
            french = {**new["variations"][0], "name": "French", "rule": {}, "buttons": []}
            new["variations"] = [new["variations"][1], french, new["variations"][0]]

        assert compare(change) == [
            ("Variation", "[+French+]"),
            ("Variation “French”, status", "[+Active+]"),
            ("Variation “French”, for contacts who", "[+Everybody+]"),
            ("Variation “French”, title", "[-as by default-][+Hallo+]"),
            ("Variation “French”, extra data", "[-as by default-][+empty+]"),
            ("Order of the variations", "[-German, VIP-][+VIP, German+]"),
        ]
