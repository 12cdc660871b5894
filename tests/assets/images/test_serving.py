import pytest

from apps.assets.images import storing
from tests.assets.drawing import a_jpeg, a_png, a_webp
from tests.factories import a_file, a_site

YEAR = "public, max-age=31536000, immutable"


@pytest.fixture
def image(media, db):
    return storing.store(a_file(a_png()), a_site(), None)


def body(answer):
    return b"".join(answer.streaming_content)


class TestServing:
    @pytest.mark.parametrize(
        ("data", "content_type"),
        [(a_png(), "image/png"), (a_jpeg(), "image/jpeg"), (a_webp(), "image/webp")],
        ids=["PNG", "JPEG", "WebP"],
    )
    def test_anybody_gets_the_picture_as_what_it_is(self, client, media, db, data, content_type):
        image = storing.store(a_file(data), a_site(), None)

        answer = client.get(image.file.url)

        assert (answer.status_code, answer["Content-Type"]) == (200, content_type)
        assert body(answer) == (media / image.file.name).read_bytes()
        assert answer["Content-Length"] == str(image.size)

    def test_it_may_be_kept_for_good_and_be_nothing_but_a_picture(self, client, image):
        answer = client.get(image.file.url)

        assert answer["Cache-Control"] == YEAR
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert "Set-Cookie" not in answer and "Vary" not in answer
        assert "Access-Control-Allow-Origin" not in answer
        answer.close()

    def test_who_has_it_already_is_told_so(self, client, image):
        tag = f'"{image.digest}.png"'
        first = client.get(image.file.url)
        assert first["ETag"] == tag
        first.close()

        again = client.get(image.file.url, headers={"If-None-Match": tag})

        assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
        assert again["Cache-Control"] == YEAR

    def test_it_can_be_asked_for_without_being_sent(self, client, image):
        answer = client.head(image.file.url)

        assert (answer.status_code, answer["Content-Length"]) == (200, str(image.size))
        answer.close()

    @pytest.mark.parametrize("method", ["post", "put", "delete", "patch", "options"])
    def test_nothing_else_can_be_done_with_it(self, client, image, method):
        answer = getattr(client, method)(image.file.url)

        assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")

    @pytest.mark.parametrize(
        "path",
        [
            "/media/",
            "/media/assets/",
            "/media/assets/ab/",
            "/media/assets/../../secret_key",
            "/media/assets/ab/../../../secret_key",
            "/media/assets/ab/%2e%2e%2f%2e%2e%2fsecret_key",
            "/media/private/people.csv",
            f"/media/assets/ab/{'a' * 64}.html",
            f"/media/assets/ab/{'a' * 64}.svg",
            f"/media/assets/ab/{'a' * 64}.png%0a",
            f"/media/assets/ab/{'A' * 64}.png",
        ],
    )
    def test_nothing_else_is_there(self, client, image, path):
        assert client.get(path).status_code == 404

    def test_what_is_gone_is_not_known_any_more(self, client, image, media):
        (media / image.file.name).unlink()
        tag = f'"{image.digest}.png"'

        assert client.get(image.file.url).status_code == 404
        assert client.get(image.file.url, headers={"If-None-Match": tag}).status_code == 404

    def test_another_storage_serves_its_own(self, client, image, settings):
        memory = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
        settings.STORAGES = {**settings.STORAGES, "default": memory}
        storing.store(a_file(a_png()), a_site(), None)

        assert client.get(image.file.url).status_code == 404
