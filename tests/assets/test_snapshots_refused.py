import copy

import pytest
from django.core.exceptions import ValidationError

from apps.assets import exchange, snapshots
from apps.assets.library import history
from apps.assets.models import Asset
from apps.assets.snapshots import Knowledge
from apps.assets.variations import MAX_VARIATIONS
from tests.assets.full_assets import a_full_popup, a_full_push, exported
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


ONCE = "One button asks for push permission already; a browser asks only once."
HIDDEN = (
    "The browser's own question appears at the top and must not be hidden: choose another position "
    "for the popup, or another action."
)


class TestButtonsTogether:
    """What the form says of the buttons of a popup together, with its words."""

    @pytest.fixture
    def popup(self):
        popup = a_full_popup(a_site())
        popup.variations.create(name="VIP", has_own_buttons=True)
        return popup

    @pytest.fixture
    def written(self, popup):
        return copy.deepcopy(snapshots.write(popup))

    def test_one_asks_for_permission(self, popup, written):
        asking = written["buttons"][0]
        written["buttons"] = [asking, asking, asking]
        written["variations"][0]["buttons"] = [asking, asking]

        assert problems(written, popup.site) == [
            ("News", "Button 2, Does", ONCE),
            ("News", "Button 3, Does", ONCE),
            ("News", "Variation “VIP”, Button 2, Does", ONCE),
        ]

    def test_none_asks_from_where_the_browser_asks(self, popup, written):
        written["content"]["position"] = "top"
        written["variations"][0]["buttons"] = written["buttons"][:1]

        assert problems(written, popup.site) == [
            ("News", "Button 1, Does", HIDDEN),
            ("News", "Variation “VIP”, Button 1, Does", HIDDEN),
        ]

    def test_buttons_that_are_not_shown_hide_nothing(self, popup, written):
        written["content"]["position"] = "top"
        written["variations"][0] |= {"buttons": written["buttons"][:1], "has_own_buttons": False}
        written["buttons"] = []

        assert problems(written, popup.site) == []

    def test_a_default_and_a_variation_may_each_ask(self, popup, written):
        written["variations"][0]["buttons"] = written["buttons"][:1]

        assert problems(written, popup.site) == []

    def test_a_revision_of_such_buttons_is_not_restored(self, popup, written):
        revision = history.record(popup, None)
        revision.snapshot["buttons"].append(written["buttons"][0])
        revision.asset = popup

        with pytest.raises(ValidationError, match="a browser asks only once"):
            history.restore(revision, None)

        assert snapshots.write(popup)["buttons"] == written["buttons"]

    def test_a_file_of_such_buttons_is_not_imported(self, popup):
        data, other = exported(popup.site), a_site()
        data["assets"][0]["buttons"].append(data["assets"][0]["buttons"][0])

        outcome = exchange.run(data, other, None)

        assert outcome.words == "1 left out"
        assert not Asset.objects.filter(site=other).exists()

    def test_there_are_as_many_variations_as_in_the_editor(self, popup, written):
        [each] = written["variations"]
        written["variations"] = [{**each, "name": f"V{n}"} for n in range(MAX_VARIATIONS + 1)]

        assert problems(written, popup.site) == [
            ("News", "Variations", "There are at most 50."),
        ]
