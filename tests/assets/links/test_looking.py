import datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from apps.assets.links import looking
from apps.assets.links.looking import Seen
from tests.assets.links.web import Web, a_picture, serving, with_tls

PRIVATE = "It is a private address, which only your own network reaches."
TO = {"Content-Type": "text/html"}


def look(address):
    return looking.look_at([address])[0]


def leads_to(address, status=302):
    return status, {"Location": address}, b""


class TestWhatIsThere:
    def test_a_page_is_found_by_its_head_alone(self, web):
        web.pages["/sale"] = 200, {"Content-Type": "text/html; charset=utf-8"}, b"<p>Sale"

        assert look(f"{web.origin}/sale") == Seen(verdict="found", content_type="text/html", size=7)
        assert [method for method, _, _ in web.asked] == ["HEAD"]

    @pytest.mark.parametrize("format", ["PNG", "JPEG", "GIF", "WEBP"])
    def test_a_picture_is_measured(self, web, format):
        body = a_picture(320, 160, format)
        web.pages["/a"] = 200, {"Content-Type": f"image/{format.lower()}"}, body

        seen = look(f"{web.origin}/a")

        assert (seen.verdict, seen.width, seen.height, seen.size) == (
            "found", 320, 160, len(body)
        )  # fmt: skip

    def test_what_calls_itself_a_picture_and_is_none_has_no_size(self, web):
        web.pages["/a"] = 200, {"Content-Type": "image/png"}, b"<html>no"

        seen = look(f"{web.origin}/a")

        assert (seen.verdict, seen.content_type, seen.width) == ("found", "image/png", None)

    @pytest.mark.parametrize(("status", "words"), [(404, "404"), (410, "410"), (500, "500")])
    def test_a_status_of_failure_is_broken(self, web, status, words):
        web.pages["/a"] = status, {}, b""

        assert look(f"{web.origin}/a") == Seen(
            verdict="broken", problem=f"It answers with status {words}."
        )

    @pytest.mark.parametrize("status", [401, 403, 429])
    def test_who_refuses_programs_may_well_let_people_in(self, web, status):
        web.pages["/a"] = status, {}, b""

        assert look(f"{web.origin}/a").verdict == "not_checked"

    def test_who_knows_no_head_is_asked_with_get(self, web):
        web.pages["/a"] = lambda method, _: (405 if method == "HEAD" else 200, TO, b"")

        assert look(f"{web.origin}/a").verdict == "found"
        assert [method for method, _, _ in web.asked] == ["HEAD", "GET"]

    def test_it_brings_no_cookie_and_says_who_it_is(self, web):
        web.pages["/"] = 302, {"Location": "/a", "Set-Cookie": "a=1"}, b""
        web.pages["/a"] = 200, TO, b""

        look(f"{web.origin}/")

        headers = [headers for _, _, headers in web.asked]
        assert [each["User-Agent"] for each in headers] == ["Pushdesk link check"] * 2
        assert not any("Cookie" in each or "Authorization" in each for each in headers)

    def test_many_are_looked_at_together_and_each_has_its_own_verdict(self, web):
        web.pages["/a"] = 200, TO, b""

        seen = looking.look_at([f"{web.origin}/a", f"{web.origin}/b", "ftp://x.example/"])

        assert [each.verdict for each in seen] == ["found", "broken", "not_checked"]

    def test_nobody_there_is_broken(self, settings):
        settings.LINK_CHECK_HOSTS = ["http://127.0.0.1:9"]

        assert look("http://127.0.0.1:9/") == Seen(
            verdict="broken",
            problem="Its server cannot be reached, or does not answer as one of the web.",
        )

    def test_a_name_that_does_not_exist_is_broken(self):
        assert look("http://nobody.invalid/") == Seen(
            verdict="broken", problem="There is no such host."
        )

    def test_a_certificate_of_nobody_is_broken(self, settings, tmp_path):
        server = with_tls(Web(), *a_certificate(tmp_path))
        settings.LINK_CHECK_HOSTS = [f"https://localhost:{server.server_port}"]

        for _ in serving(server):
            seen = look(f"https://localhost:{server.server_port}/")

        assert seen == Seen(
            verdict="broken", problem="Its certificate is not valid, or its TLS cannot be spoken."
        )


class TestRedirects:
    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_they_are_followed(self, web, status):
        web.pages["/a"] = leads_to("/b", status)
        web.pages["/b"] = 200, TO, b""

        assert look(f"{web.origin}/a").verdict == "found"

    def test_a_loop_ends(self, web):
        web.pages["/a"], web.pages["/b"] = leads_to("/b"), leads_to("/a")

        assert look(f"{web.origin}/a") == Seen(
            verdict="broken", problem="It redirects more than 5 times."
        )
        assert len(web.asked) == 6

    def test_five_are_followed_and_six_are_not(self, web):
        web.pages |= {f"/{number}": leads_to(f"/{number + 1}") for number in range(6)}
        web.pages["/6"] = 200, TO, b""

        assert look(f"{web.origin}/1").verdict == "found"
        assert look(f"{web.origin}/0").verdict == "broken"

    def test_none_leads_into_our_network(self, web, private_web):
        web.pages["/a"] = leads_to(f"{private_web.origin}/secret")

        assert look(f"{web.origin}/a") == Seen(verdict="not_checked", problem=PRIVATE)
        assert private_web.asked == []

    @pytest.mark.parametrize("place", ["file:///etc/passwd", "gopher://x.example/", "data:,x"])
    def test_none_leads_off_the_web(self, web, place):
        web.pages["/a"] = leads_to(place)

        assert look(f"{web.origin}/a").verdict == "not_checked"

    def test_what_is_no_address_is_not_followed(self, web):
        web.pages["/a"] = leads_to("http://[broken")

        assert look(f"{web.origin}/a").verdict == "not_checked"


class TestBounds:
    def test_a_slow_answer_ends(self, web, monkeypatch):
        monkeypatch.setattr(looking, "SECONDS", 0.5)
        web.pages["/a"] = web.slow(5)

        assert look(f"{web.origin}/a") == Seen(
            verdict="broken", problem="No answer within 0.5 seconds."
        )

    def test_of_a_huge_picture_only_the_beginning_comes(self, web):
        start = a_picture(640, 320)
        parts = [start] + [b"\0" * 65_536] * 800
        size = sum(len(part) for part in parts)
        headers = {"Content-Type": "image/png", "Content-Length": str(size)}
        web.pages["/a"] = lambda *_: (200, headers, iter(parts))

        seen = look(f"{web.origin}/a")

        assert (seen.width, seen.height, seen.size) == (640, 320, size)
        assert web.sent < size / 4

    def test_a_picture_of_absurd_size_is_not_decoded(self, web):
        bomb = bytearray(a_picture(1, 1))
        bomb[16:24] = (60_000).to_bytes(4, "big") * 2
        web.pages["/a"] = 200, {"Content-Type": "image/png"}, bytes(bomb)

        seen = look(f"{web.origin}/a")

        assert (seen.verdict, seen.width) == ("found", None)

    def test_headers_without_end_are_no_answer(self, web):
        web.pages["/a"] = 200, {"X-Long": "a" * 60_000}, b""

        assert look(f"{web.origin}/a").verdict == "broken"


def a_certificate(folder):
    """A self-signed one; returns the paths of the certificate and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name)
    builder = builder.public_key(key.public_key()).serial_number(1)
    builder = builder.not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))
    made = builder.sign(key, hashes.SHA256())
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths
