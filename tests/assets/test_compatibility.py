"""The matrix against the facts that were looked up (MDN browser-compat-data 8.0.10)."""

import tomllib

import pytest

from apps.assets import compatibility
from apps.assets.compatibility import SHOWN, clients, missing, of_device
from apps.assets.compatibility.clients import MATRIX

NAMES = [
    *("chrome_windows", "chrome_macos", "chrome_android", "edge_windows"),
    *("firefox_desktop", "firefox_android", "safari_macos", "safari_ios"),
]
CHROMIUM = NAMES[:4]
# Who shows it at its newest; the others never do.
SHOW = {
    "title": NAMES,
    "body": NAMES,
    "icon": NAMES[:6],
    "image": ["chrome_windows", "chrome_android", "edge_windows"],
    "badge": ["chrome_android", "edge_windows"],
    "require_interaction": ["chrome_windows", "chrome_macos", "edge_windows", "firefox_desktop"],
    "silent": NAMES[:7],
    "tag": NAMES[:6],
    "dir": NAMES,
}
SINCE = {
    "chrome_windows": {"image": "56", "actions": "48", "require_interaction": "47", "silent": "43"},
    "chrome_macos": {"actions": "48", "require_interaction": "47", "silent": "43"},
    "chrome_android": {"image": "56", "badge": "53", "actions": "48", "silent": "43"},
    "edge_windows": {
        **{"image": "18", "badge": "18", "actions": "18"},
        **{"require_interaction": "17", "silent": "17"},
    },
    "firefox_desktop": {
        **{"actions": "152", "require_interaction": "117", "silent": "132", "tag": "26"},
    },
    "firefox_android": {"actions": "152", "silent": "132"},
    "safari_macos": {"silent": "16.6"},
    "safari_ios": {"dir": "16.4"},
}
ACTIONS = dict.fromkeys(NAMES[:6], 2) | {"safari_macos": 0, "safari_ios": 0}
EVERYTHING = {
    "title": "Hello",
    "body": "You",
    "navigate": "https://shop.example/",
    "icon": "https://shop.example/i.png",
    "image": "https://shop.example/b.png",
    "badge": "https://shop.example/s.png",
    "requireInteraction": True,
    "silent": True,
    "tag": "score",
    "dir": "rtl",
    "actions": [{"action": "1", "title": "Yes"}, {"action": "2", "title": "No"}],
}


def client(name):
    return next(each for each in clients() if each.name == name)


class TestClients:
    def test_they_are_those_of_the_previews(self):
        assert [each.name for each in clients()] == NAMES

    @pytest.mark.parametrize("feature", SHOWN)
    def test_each_shows_at_its_newest_what_was_looked_up(self, feature):
        shown = [each.name for each in clients() if each.shows[feature]]

        assert shown == [name for name in NAMES if name in SHOW[feature]]

    def test_each_says_since_when(self):
        assert {each.name: dict(each.since) for each in clients()} == SINCE

    def test_safari_shows_no_button_and_the_others_two(self):
        assert {each.name: each.max_actions for each in clients()} == ACTIONS

    def test_every_row_of_the_file_has_its_source_and_every_client(self):
        matrix = tomllib.loads(MATRIX.read_text())

        for row in [matrix["about"], *matrix["features"].values()]:
            assert row["source"].startswith("https://")
        for row in matrix["features"].values():
            assert set(NAMES) <= set(row)
        for row in matrix["clients"].values():
            assert row["text_source"].startswith("https://")
            assert min(row["title_chars"], row["body_chars"], row.get("body_lines", 1)) > 0

    def test_lines_are_limited_where_somebody_has_counted_them(self):
        assert {each.name: each.body_lines for each in clients() if each.body_lines} == {
            **{"chrome_windows": 4, "edge_windows": 4, "firefox_desktop": 4, "safari_ios": 4},
        }

    def test_it_calls_things_as_people_do(self):
        assert compatibility.label_of("actions") == "buttons"


class TestOfDevice:
    @pytest.mark.parametrize(
        ("browser", "os", "name"),
        [
            ("Chrome", "Windows", "chrome_windows"),
            ("Chrome", "Linux", "chrome_windows"),
            ("Chrome", "Chrome OS", "chrome_windows"),
            ("Chrome", "macOS", "chrome_macos"),
            ("Chrome", "Android", "chrome_android"),
            ("Edge", "Windows", "edge_windows"),
            ("Edge", "macOS", "chrome_macos"),
            ("Edge", "Android", "chrome_android"),
            ("Opera", "Windows", "chrome_windows"),
            ("Opera", "Android", "chrome_android"),
            ("Samsung Internet", "Android", "chrome_android"),
            ("Brave", "macOS", "chrome_macos"),
            ("Vivaldi", "Windows", "chrome_windows"),
            ("Firefox", "Ubuntu", "firefox_desktop"),
            ("Firefox", "macOS", "firefox_desktop"),
            ("Firefox", "Android", "firefox_android"),
            ("Safari", "macOS", "safari_macos"),
            ("Safari", "iOS", "safari_ios"),
            ("Chrome", "iOS", "safari_ios"),
            ("Firefox", "iOS", "safari_ios"),
        ],
    )
    def test_it_finds_the_engine(self, browser, os, name):
        assert of_device(browser, "", os).name == name

    @pytest.mark.parametrize(
        ("browser", "os"), [("", ""), ("Lynx", "Linux"), ("Chrome", ""), ("Safari", "Windows")]
    )
    def test_what_it_does_not_know_is_not_guessed(self, browser, os):
        assert of_device(browser, "100", os) is None

    @pytest.mark.parametrize(("version", "most"), [("151", 0), ("152", 2), ("200", 2), ("", 2)])
    def test_firefox_has_buttons_since_152(self, version, most):
        assert of_device("Firefox", version, "Linux").max_actions == most

    @pytest.mark.parametrize(("version", "is_shown"), [("16", False), ("16.6", True), ("17", True)])
    def test_a_bare_version_counts_as_its_first(self, version, is_shown):
        assert of_device("Safari", version, "macOS").shows["silent"] is is_shown

    def test_who_gets_pushes_has_at_least_the_first_that_could(self):
        assert of_device("Safari", "16", "iOS").shows["dir"]

    @pytest.mark.parametrize(
        ("version", "os", "is_shown"),
        [
            ("116", "Windows", False),
            ("117", "Windows", True),
            ("153", "macOS", False),
            ("153", "Linux", False),
        ],
    )
    def test_firefox_keeps_it_on_the_screen_on_windows_alone(self, version, os, is_shown):
        assert of_device("Firefox", version, os).shows["require_interaction"] is is_shown

    def test_the_version_of_another_browser_is_not_the_engines(self):
        assert of_device("Opera", "30", "Windows").shows["image"]
        assert of_device("Firefox", "100", "iOS").name == "safari_ios"

    @pytest.mark.parametrize("version", ["x", "1.x", "٣", "9" * 40, "-1"])
    def test_what_is_no_version_counts_as_new(self, version):
        assert of_device("Firefox", version, "Windows") == client("firefox_desktop")


class TestMissing:
    @pytest.mark.parametrize(
        ("name", "version", "lost"),
        [
            ("chrome_windows", "", ["badge"]),
            ("chrome_windows", "50", ["image", "badge"]),
            ("chrome_macos", "", ["image", "badge"]),
            ("chrome_android", "", ["require_interaction"]),
            ("edge_windows", "", []),
            ("firefox_desktop", "153", ["image", "badge"]),
            ("firefox_desktop", "131", ["image", "badge", "silent", "actions"]),
            ("firefox_android", "153", ["image", "badge", "require_interaction"]),
            (
                "safari_macos",
                "17",
                ["icon", "image", "badge", "require_interaction", "tag", "actions"],
            ),
            (
                "safari_ios",
                "17",
                ["icon", "image", "badge", "require_interaction", "silent", "tag", "actions"],
            ),
        ],
    )
    def test_it_names_what_is_there_and_not_shown(self, name, version, lost):
        assert missing(EVERYTHING, client(name), version) == lost

    def test_it_says_nothing_of_what_is_not_in_the_message(self):
        assert missing({"title": "Hello", "navigate": "/"}, client("safari_ios"), "") == []

    def test_a_third_button_is_missed_by_all(self):
        message = {"title": "Hello", "actions": [{}, {}, {}]}

        assert missing(message, client("chrome_windows"), "") == ["actions"]
