import pytest
from django.core.exceptions import ValidationError

from apps.assets import pages

SHOP = "https://shop.example"


def is_for(patterns, address):
    return pages.matches(patterns.split(), pages.page(address))


class TestPatterns:
    @pytest.mark.parametrize(
        ("patterns", "address"),
        [
            ("", f"{SHOP}/anything"),
            ("/sale", f"{SHOP}/sale"),
            ("/sale", f"{SHOP}/sale/"),
            ("/sale/*", f"{SHOP}/sale/tents/2"),
            ("/sale/*", f"{SHOP}/sale"),
            ("/*/tents", f"{SHOP}/sale/2026/tents"),
            ("/a*b*c", f"{SHOP}/a-b-b-c"),
            ("/sale", f"{SHOP}/sale?color=red#top"),
            ("/sale?*color=red*", f"{SHOP}/sale?size=2&color=red"),
            ("/café/*", f"{SHOP}/caf%C3%A9/menu"),
            ("/caf%C3%A9/*", f"{SHOP}/caf%C3%A9/menu"),
            (f"{SHOP}/cart*", f"{SHOP}/cart/2"),
            ("https://Shop.Example:443/Cart", f"{SHOP}/Cart"),
            ("https://*.example/", f"{SHOP}/"),
            (SHOP, f"{SHOP}/"),
            ("/other /sale", f"{SHOP}/sale"),
            ("!/cart*", f"{SHOP}/sale"),
            ("/sale/* !/sale/old*", f"{SHOP}/sale/new"),
        ],
    )
    def test_they_let_in(self, patterns, address):
        assert is_for(patterns, address)

    @pytest.mark.parametrize(
        ("patterns", "address"),
        [
            ("/sale", f"{SHOP}/sales"),
            ("/sale/*", f"{SHOP}/on-sale/tents"),
            ("/Sale", f"{SHOP}/sale"),
            ("/a*b*c", f"{SHOP}/a-c-b"),
            ("/a*a", f"{SHOP}/a"),
            ("/sale?*", f"{SHOP}/sale"),
            ("/sale?color=red", f"{SHOP}/sale?color=blue"),
            (f"{SHOP}/cart*", "https://other.example/cart"),
            (f"{SHOP}/cart*", "http://shop.example/cart"),
            (f"{SHOP}:8443/cart*", f"{SHOP}/cart"),
            ("!/cart*", f"{SHOP}/cart/2"),
            ("/sale/* !/sale/old*", f"{SHOP}/sale/old/1"),
            ("!/cart* /sale", f"{SHOP}/other"),
            ("/*", ""),
            ("!/cart", "javascript:alert(1)"),
        ],
    )
    def test_they_keep_out(self, patterns, address):
        assert not is_for(patterns, address)

    def test_none_of_them_is_slow(self):
        assert not is_for("/" + "*a" * 400 + "b", f"{SHOP}/" + "a" * 1_900)

    def test_only_those_with_a_question_mark_ask_for_the_query(self):
        assert pages.look_at_query(["/a", "/b?c"])
        assert not pages.look_at_query(["/a", "!/b*"])


class TestPage:
    @pytest.mark.parametrize(
        "address",
        [
            "",
            "/sale",
            "ftp://shop.example/",
            "https://",
            "https://shop.example:port/",
            "https://[shop/",
            "https://evil.example\\@shop.example/",
            "https://shop.example/a b",
            f"{SHOP}/{'a' * 2_000}",
        ],
    )
    def test_it_is_none_where_no_browser_has_one(self, address):
        assert pages.page(address) is None


class TestCheck:
    def test_it_takes_patterns_and_empty_lines(self):
        pages.check("/sale/*\n\n  !/sale/old*  \r\nhttps://*.shop.example/cart?a=*")

    @pytest.mark.parametrize(
        ("line", "words"),
        [
            ("sale/*", "begin with / for a path, or with https:// for a whole address."),
            ("//shop.example/", "begin with / for a path"),
            ("!", "write after the ! which pages are left out."),
            ("/a /b", "write one pattern a line, without spaces"),
            ("/a#top", "leave out the # and what follows"),
            ("https:///a", "write the host after https://"),
            ("https://müller.example/", "write the host as browsers send it"),
        ],
    )
    def test_it_says_in_which_line_what_is_wrong(self, line, words):
        with pytest.raises(ValidationError) as refused:
            pages.check(f"/sale/*\n\n{line}")

        assert [message.split(words)[0] for message in refused.value.messages] == ["Line 3: "]

    def test_it_names_every_line(self):
        with pytest.raises(ValidationError) as refused:
            pages.check("a\n/b\nc")

        assert [message[:7] for message in refused.value.messages] == ["Line 1:", "Line 3:"]

    def test_it_takes_no_more_than_can_be_read(self):
        with pytest.raises(ValidationError, match="more than 50 patterns"):
            pages.check("\n".join(["/a"] * 51))

    def test_it_keeps_patterns_only(self):
        assert pages.clean("  /a \r\n\r\n !/b") == "/a\n!/b"
