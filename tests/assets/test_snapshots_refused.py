import copy

import pytest

from apps.assets import snapshots
from apps.assets.snapshots import Knowledge
from tests.assets.full_assets import a_full_popup, a_full_push
from tests.factories import a_site

pytestmark = pytest.mark.django_db


def read(data, site):
    return snapshots.read(data, Knowledge.of(site))


def problems(data, site):
    return [(each.asset, each.field, each.message) for each in read(data, site).problems]


class TestRefusing:
    @pytest.fixture
    def site(self):
        return a_site()

    @pytest.fixture
    def written(self, site):
        return copy.deepcopy(snapshots.write(a_full_push(site)))

    @pytest.mark.parametrize("data", [None, 1, "x", [], {}, {"format": 1}, {"format": True}])
    def test_what_is_no_snapshot(self, site, data):
        assert len(read(data, site).problems) == 1

    @pytest.mark.parametrize(
        ("change", "place"),
        [
            ({"format": 2}, "Format"),
            ({"kind": "mail"}, "Kind"),
            ({"kind": ["push"]}, "Kind"),
            ({"more": 1}, "Asset"),
            ({"name": 7}, "Name"),
            ({"name": ""}, "Resource name"),
            ({"name": "x" * 151}, "Resource name"),
            ({"status": "sent"}, "Status"),
            ({"labels": "Sale"}, "Labels"),
            ({"labels": [1]}, "Labels"),
            ({"labels": ["x" * 61]}, "Labels"),
            ({"labels": ["a\u202eb"]}, "Labels"),
            ({"labels": [str(n) for n in range(51)]}, "Labels"),
            ({"content": []}, "Content"),
            ({"buttons": {}}, "Buttons"),
            ({"buttons": [{}]}, "Button 1"),
            ({"buttons": [None] * 4}, "Buttons"),
            ({"variations": [1]}, "Variation 1"),
            ({"variations": [{}] * 51}, "Variations"),
        ],
    )
    def test_parts_of_a_wrong_kind(self, site, written, change, place):
        (problem,) = problems({**written, **change}, site)

        assert problem[1] == place

    @pytest.mark.parametrize(
        ("field", "value", "place"),
        [
            ("title", 7, "Title"),
            ("title", "", "Title"),
            ("title", None, "Title"),
            ("title", "{{ visitor.name }}", "Title"),
            ("title", "{% if %}", "Title"),
            ("url", "javascript:alert(1)", "Click address"),
            ("url", "//evil.example", "Click address"),
            ("icon", "data:image/png;base64,xx", "Icon"),
            ("ttl", "3600", "Time to live"),
            ("ttl", True, "Time to live"),
            ("ttl", 1, "Time to live"),
            ("silent", 1, "Silent"),
            ("urgency", "now", "Urgency"),
            ("data", [], "Extra data"),
            ("data", {"pushdesk": 1}, "Extra data"),
            ("colour", "#fff", "Content"),
        ],
    )
    def test_a_field_at_its_place(self, site, written, field, value, place):
        written["content"][field] = value
        written["variations"] = []

        assert [(name, field) for name, field, _ in problems(written, site)] == [
            ("Summer sale", place)
        ]

    @pytest.mark.parametrize(
        ("field", "value", "place"),
        [
            ("label", "", "Button 1, Label"),
            ("url", "javascript:alert(1)", "Button 1, Address"),
            ("action", "format", "Button 1, Does"),
            ("event", "x" * 101, "Button 1, Event"),
            ("icon", 3, "Button 1, Icon"),
        ],
    )
    def test_a_button_at_its_place(self, site, written, field, value, place):
        written["buttons"][0][field] = value

        assert [found[1] for found in problems(written, site)] == [place]

    @pytest.mark.parametrize(
        ("change", "place"),
        [
            ({"status": "archived"}, "Variation “German”, status"),
            ({"rule": []}, "Variation “German”, rule"),
            ({"rule": {"all": 1}}, "Variation “German”, rule"),
            ({"content": {"title": ""}}, "Variation “German”, Title"),
            ({"content": {"url": "javascript:alert(1)"}}, "Variation “German”, Click address"),
            ({"content": {"ttl": 60}}, "Variation “German”, content"),
            ({"name": "VIP"}, "Variation “VIP”, name"),
            ({"buttons": [{}]}, "Variation “German”, Button 1"),
        ],
    )
    def test_a_variation_at_its_place(self, site, written, change, place):
        written["variations"][0] |= change

        assert [found[1] for found in problems(written, site)] == [place]

    def test_a_popup_asks_what_its_buttons_do(self, site):
        written = snapshots.write(a_full_popup(site))
        written["buttons"][0] |= {"action": "open", "url": ""}
        written["buttons"][1] |= {"event": ""}

        assert [found[1] for found in problems(written, site)] == [
            "Button 1, Address",
            "Button 2, Event",
        ]
