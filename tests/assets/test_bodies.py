import pytest
from django.test import Client, RequestFactory

from apps.assets.admin import bodies
from tests.assets.test_admin import a_form
from tests.factories import a_site, a_user

TOKEN = "a" * 32


@pytest.fixture
def strict(db):
    """A marketer whose token is looked at, as everywhere but in tests."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(a_user("Marketer"))
    client.cookies["csrftoken"] = TOKEN
    return client


class TestSize:
    @pytest.mark.parametrize(("sent", "size"), [("12", 12), ("", 0), ("x", 0), ("-5", 0), ("²", 0)])
    def test_it_is_what_the_request_says(self, sent, size):
        request = RequestFactory().post("/", CONTENT_LENGTH=sent)

        assert bodies.size(request) == size


class TestFormsWithParts:
    """As multipart/form-data, whose body is gone once the token was looked for in it."""

    @pytest.mark.parametrize(
        "page", ["push/editor/preview", "push/fit/checks", "push/fit/audience", "popup/fit/checks"]
    )
    def test_every_view_of_the_editor_reads_them(self, strict, page):
        form = {**a_form(a_site()), "csrfmiddlewaretoken": TOKEN}

        answer = strict.post(f"/admin/assets/{page}/", form)

        assert answer.status_code == 200

    @pytest.mark.parametrize("page", ["push/editor/preview", "push/fit/checks"])
    def test_too_much_of_them_is_refused(self, strict, page):
        form = {**a_form(a_site(), message="x" * 600_000), "csrfmiddlewaretoken": TOKEN}

        answer = strict.post(f"/admin/assets/{page}/", form)

        assert answer.status_code == 413
