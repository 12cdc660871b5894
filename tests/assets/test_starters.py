import pytest

from apps.assets import colors, starters
from apps.assets.forms import POSITIONS
from apps.assets.models import Button, Popup
from tests.factories import a_site

ASK = Button.Action.ASK_PERMISSION
ALL = pytest.mark.parametrize("starter", starters.STARTERS, ids=lambda starter: starter.slug)
ASKING = [
    starter
    for starter in starters.STARTERS
    if any(button["action"] == ASK for button in starter.buttons)
]


class TestStarters:
    def test_three_ask_for_permission_and_the_last_is_blank(self):
        assert [starter.content["layout"] for starter in ASKING] == ["box", "slide", "bar"]
        assert starters.STARTERS[-1] is starters.BLANK
        assert len({starter.slug for starter in starters.STARTERS}) == len(starters.STARTERS)

    @pytest.mark.parametrize("starter", ASKING, ids=lambda starter: starter.slug)
    def test_who_is_asked_can_say_no_and_is_told_of_the_way_out(self, starter):
        assert [button["action"] for button in starter.buttons] == [ASK, "close"]
        assert "stop at any time" in starter.content["text"]
        assert starter.content["position"] != "top"

    @ALL
    def test_each_can_be_saved_as_it_is(self, starter):
        if starter is starters.BLANK:
            pytest.skip("it has no title yet")
        popup = Popup(site_id=1, name="X", **starter.content)
        popup.clean_fields(exclude=["site", "polymorphic_ctype", "asset_ptr"])
        for button in starter.buttons:
            Button(asset_id=1, **button).clean_fields(exclude=["asset", "variation"])
        assert popup.position in POSITIONS[popup.layout]
        assert colors.problems(starter.content) == {}

    @pytest.mark.django_db
    def test_one_is_stored_with_its_buttons_in_order(self):
        popup = starters.make(starters.ONBOARDING_BOX, a_site(), name="Ask", status="active")

        assert (popup.title, popup.status) == ("Would you like to be the first to know?", "active")
        assert list(popup.buttons.values_list("label", "action")) == [
            ("Yes, please", "ask_permission"),
            ("Not now", "close"),
        ]
