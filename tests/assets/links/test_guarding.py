import asyncio
import socket

import pytest

from apps.assets.links import guarding, looking
from apps.assets.links.guarding import CheckedResolver, NotAllowed
from tests.assets.links.web import Web6, serving

LOCAL = [
    "http://127.0.0.1:{}/",
    "http://127.1:{}/",
    "http://2130706433:{}/",
    "http://0x7f000001:{}/",
    "http://0177.0.0.1:{}/",
    "http://0:{}/",
    "http://localhost:{}/",
    "http://LOCALHOST:{}/",
    "http://１２７.0.0.1:{}/",
    "http://127。0。0。1:{}/",
    "http://[::ffff:127.0.0.1]:{}/",
    "http://[::ffff:7f00:1]:{}/",
    "http://[64:ff9b::7f00:1]:{}/",
    "http://[2002:7f00:1::]:{}/",
]


@pytest.fixture
def names(monkeypatch):
    """A name server: each name with what it answers, one time after the other."""
    known = {}

    def getaddrinfo(host, port, *args, **kwargs):
        answer = known[host].pop(0)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in answer]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return known


class TestAddressesOfThisMachine:
    @pytest.mark.parametrize("address", LOCAL)
    def test_none_is_asked_however_it_is_written(self, private_web, address):
        seen = looking.look_at([address.format(private_web.server_port)])[0]

        assert seen.verdict == "not_checked"
        assert private_web.asked == []

    def test_nor_that_of_ipv6(self):
        try:
            server = Web6("::1")
        except OSError:
            pytest.skip("This machine has no IPv6.")
        for _ in serving(server):
            seen = looking.look_at([f"http://[::1]:{server.server_port}/"])[0]

        assert (seen.verdict, server.asked) == ("not_checked", [])

    def test_a_name_that_leads_here_is_not_asked(self, private_web, names):
        names["shop.example"] = [["93.184.216.34", "127.0.0.1"]]

        seen = looking.look_at([f"http://shop.example:{private_web.server_port}/"])[0]

        assert (seen.verdict, private_web.asked) == ("not_checked", [])

    def test_it_connects_to_what_was_checked_whatever_the_name_says_next(self, names):
        """DNS rebinding: public when it is checked, this machine a moment later."""
        names["shop.example"] = [["93.184.216.34"], ["127.0.0.1"]]
        resolver = CheckedResolver()

        found = asyncio.run(resolver.resolve("shop.example", 80))

        assert [(row["host"], row["flags"]) for row in found] == [
            ("93.184.216.34", socket.AI_NUMERICHOST)
        ]
        with pytest.raises(NotAllowed):
            asyncio.run(resolver.resolve("shop.example", 80))

    def test_every_connection_is_checked_again_where_it_is_made(self):
        row = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.1", 80))

        with pytest.raises(NotAllowed):
            guarding.checked_socket(row)


class TestIsPublic:
    @pytest.mark.parametrize("ip", ["93.184.216.34", "8.8.8.8", "2606:2800:220:1::1"])
    def test_the_internet_is(self, ip):
        assert guarding.is_public(ip)

    @pytest.mark.parametrize(
        "ip",
        [
            *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.0.1", "169.254.169.254"),
            *("100.64.0.1", "0.0.0.0", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
            *("::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fec0::1", "ff02::1"),
            *("::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "2001:db8::1"),
            *("2001:0:4136:e378:8000:63bf:3fff:fdd2", "::10.0.0.1", "no address", ""),
        ],
    )
    def test_nothing_else_is(self, ip):
        assert not guarding.is_public(ip)


class TestCheck:
    @pytest.mark.parametrize(
        ("address", "words"),
        [
            ("ftp://x.example/", "Only http:// and https:// addresses are looked at."),
            ("javascript:alert(1)", "Only http:// and https:// addresses are looked at."),
            ("/sale", "Only http:// and https:// addresses are looked at."),
            ("https://a:b@x.example/", "It holds a user name or password."),
            ("https://a@x.example/", "It holds a user name or password."),
            ("https://x.example:22/", "Port 22 is none of the web’s."),
            ("https://x.example:99999/", "It is not an address."),
            ("https://x.example/\n", "It is not an address."),
            ("https://x.example\\@127.0.0.1/", "It is not an address."),
            ("http://[broken/", "It is not an address."),
        ],
    )
    def test_it_says_why_one_is_not_looked_at(self, address, words):
        with pytest.raises(NotAllowed) as refused:
            guarding.check(address)

        assert str(refused.value) == words

    @pytest.mark.parametrize(
        "address", ["https://x.example", "http://x.example:8080/a?b=c#d", "https://bücher.example/"]
    )
    def test_the_web_is(self, address):
        assert guarding.check(address).scheme in ("http", "https")

    def test_only_the_origin_that_is_named_is_exempt(self, settings):
        settings.LINK_CHECK_HOSTS = ["http://127.0.0.1:8002"]

        assert guarding.check("http://127.0.0.1:8002/x").port == 8002
        for other in ("http://127.0.0.1:8003/", "http://127.0.0.2:8002/"):
            with pytest.raises(NotAllowed):
                guarding.check(other)
