import pytest

from apps.assets.compatibility import Extent, clients, is_cut, seen

WINDOWS, MACOS = (
    next(each for each in clients() if each.name == name)
    for name in ("chrome_windows", "chrome_macos")
)


class TestExtent:
    @pytest.mark.parametrize(
        ("text", "characters", "lines"),
        [("", 0, 0), ("a", 1, 1), ("a\n\nb", 4, 3), ("a\r\nb\rc", 5, 3), ("🎉ü", 2, 1)],
    )
    def test_it_counts_characters_and_written_lines(self, text, characters, lines):
        assert Extent.of(text) == Extent(characters=characters, lines=lines)

    def test_the_most_of_two_is_of_both(self):
        both = Extent(characters=9, lines=1) | Extent(characters=3, lines=2)

        assert both == Extent(characters=9, lines=2)


class TestSeen:
    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("x" * 140, "x" * 140),
            ("x" * 141, "x" * 139 + "…"),
            ("x" * 138 + " yz", "x" * 138 + "…"),
            ("a\nb\nc\nd", "a\nb\nc\nd"),
            ("a\nb\nc\nd\ne", "a\nb\nc\nd…"),
            ("a\n\n\n\ne", "a…"),
            ("a\nb\nc\nd\n" + "e" * 140, "a\nb\nc\nd…"),
        ],
    )
    def test_it_is_the_beginning_that_fits(self, text, shown):
        assert seen(text, WINDOWS, "body") == shown

    def test_lines_are_not_counted_where_nobody_has(self):
        text = "a\nb\nc\nd\ne\nf"

        assert seen(text, MACOS, "body") == text
        assert not is_cut(Extent.of(text), MACOS, "body")

    def test_a_title_has_other_limits(self):
        assert seen("x" * 71, WINDOWS, "title") == "x" * 69 + "…"
        assert seen("a\n" * 6, WINDOWS, "title") == "a\n" * 6
