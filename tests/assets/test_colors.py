import re
from pathlib import Path

import pytest

from apps.assets import colors

SCRIPT = Path("static/pushdesk.js")


class TestContrast:
    # From WCAG 2.2, and WebAIM's checker.
    @pytest.mark.parametrize(
        ("one", "other", "ratio"),
        [
            ("#000000", "#ffffff", 21.0),
            ("#ffffff", "#ffffff", 1.0),
            ("#777777", "#ffffff", 4.48),
            ("#ff0000", "#ffffff", 4.0),
            ("#0000FF", "#ffff00", 8.0),
        ],
    )
    def test_it_is_that_of_wcag(self, one, other, ratio):
        assert round(colors.contrast(one, other), 2) == ratio
        assert colors.contrast(one, other) == colors.contrast(other, one)


class TestProblems:
    def test_it_is_content_with_the_defaults(self):
        assert colors.problems({}) == {}

    def test_it_takes_what_can_be_read(self):
        chosen = {"background_color": "#000000", "text_color": "#ffffff"}

        assert colors.problems(chosen) == {}

    def test_it_says_the_ratio_and_never_rounds_it_up(self):
        found = colors.problems({"background_color": "#ffffff", "text_color": "#777777"})

        assert found == {
            "text_color": "The text has a contrast of 4.4 to 1 on the background and is hard to "
            "read; at least 4.5 to 1 is needed."
        }

    def test_the_default_counts_where_one_of_a_pair_is_chosen(self):
        assert colors.problems({"background_color": "#222222"})["text_color"].startswith(
            "The text (by default #1b2330) has a contrast of 1"
        )
        assert (
            "on the background, by default #ffffff,"
            in colors.problems({"text_color": "#eeeeee"})["text_color"]
        )
        assert (
            "on the button, by default #2450c8,"
            in colors.problems({"button_text_color": "#333333"})["button_text_color"]
        )

    def test_a_button_alone_gets_a_text_that_can_be_read(self):
        assert colors.problems({"button_color": "#767676"}) == {}
        assert colors.problems({"button_color": "#ffee00"}) == {}

    def test_the_defaults_are_those_of_the_script(self):
        style = SCRIPT.read_text()
        names = {"background_color": "background", "text_color": "text", "button_color": "button"}

        for field, name in names.items():
            written = re.search(rf"--{name}: #(\w+);", style)[1]
            full = written if len(written) == 6 else "".join(2 * digit for digit in written)
            assert f"#{full}" == colors.DEFAULTS[field]
