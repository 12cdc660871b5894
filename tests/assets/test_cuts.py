"""Where texts are cut off: the preview, the lint and "who will miss what" say the same."""

import pytest

from apps.assets import cuts, samples
from apps.assets.audience import Crowd, devices
from apps.assets.compatibility import clients, room
from apps.assets.misses import misses
from apps.assets.previews import showing
from apps.assets.previews.drafts import Draft
from tests.assets.lint.finding import found
from tests.assets.test_audience import a_browser, source_of
from tests.factories import a_push, a_site

pytestmark = pytest.mark.django_db

FIELDS = {"title": "title", "body": "message"}
CASES = [
    pytest.param(client, name, unit, more, id=f"{client.name}-{name}-{unit}{more:+}")
    for client in clients()
    for name in FIELDS
    for unit in room(client, name)
    for more in (-1, 0, 1)
]


def written(unit, many):
    return "x" * many if unit == "characters" else "\n".join("x" * many)


def of_client(client):
    """A site whose whole audience is that browser, and its push."""
    site = a_site()
    a_browser(site, (client.browsers[0], "", client.systems[0]))
    return site


def drawn(push, client):
    source = source_of(push)
    seen = showing.render(source, showing.viewer(source))
    return showing.shown(seen, Draft(source=source, errors={}))["texts"][client.name]


def missed(push):
    source, crowd = source_of(push), Crowd.of(push.site)
    cut = cuts.of(source, samples.take(source, crowd))
    return [(miss.feature, miss.percent) for miss in misses(source, devices(crowd), cut)]


class TestEachBrowser:
    @pytest.mark.parametrize(("client", "name", "unit", "more"), CASES)
    def test_all_three_say_that_it_cuts_what_is_more_than_its_limit(self, client, name, unit, more):
        most = room(client, name)[unit]
        field, is_cut = FIELDS[name], more > 0
        text = written(unit, most + more)
        push = a_push(of_client(client), **{"title": "Hi", field: text})

        level = "warning" if field == "title" else "hint"
        message = (
            f"{field.capitalize()}: up to {most + more} {unit}, cut off after {most} on "
            f"{client.label} (100 % of the browsers)."
        )
        assert found(push) == ([(level, field, message)] if is_cut else [])
        assert missed(push) == ([(name, 100)] if is_cut else [])
        seen = drawn(push, client)
        assert seen["cut"] == ([field] if is_cut else [])
        assert (seen[name] == text) is not is_cut

    @pytest.mark.parametrize("client", clients(), ids=lambda client: client.name)
    def test_a_line_break_is_one_character_however_it_is_sent(self, client):
        half = client.body_chars // 2
        text = "x" * half + "\r\n" + "y" * (client.body_chars - half - 1)
        push = a_push(of_client(client), message=text)

        assert (found(push), missed(push)) == ([], [])
        assert drawn(push, client) == {
            "title": "Hello",
            "body": text.replace("\r\n", "\n"),
            "cut": [],
        }


class TestWhereNobodyIs:
    def test_the_lint_names_those_whose_cards_say_it(self):
        push = a_push(message="x" * 139)

        assert found(push) == [
            (
                "hint",
                "message",
                "Message: up to 139 characters, cut off after 88 on Chrome on macOS, 103 on "
                "Safari on macOS.",
            )
        ]
        cutting = [each.name for each in clients() if drawn(push, each)["cut"] == ["message"]]
        assert cutting == ["chrome_macos", "safari_macos"]

    def test_lines_and_characters_are_said_apart(self):
        messages = [message for _, _, message in found(a_push(message="\n".join(["x" * 29] * 5)))]

        assert messages == [
            "Message: up to 149 characters, cut off after 140 on Chrome on Windows, 88 on Chrome "
            "on macOS, 140 on Edge on Windows, 103 on Safari on macOS.",
            "Message: up to 5 lines, cut off after 4 on Chrome on Windows, 4 on Edge on Windows, "
            "4 on Firefox on a computer, 4 on Safari on iOS.",
        ]
