import pytest
from django.test import Client
from django.urls import path

from tests.factories import a_user


def fault(request):
    raise RuntimeError


urlpatterns = [path("fault/", fault)]


@pytest.mark.django_db
class TestErrorPages:
    def test_an_address_that_leads_nowhere_leads_home(self, client):
        client.force_login(a_user(is_superuser=True))

        answer = client.get("/admin/nothing/here/")

        assert answer.status_code == 404
        assert "<h1>There is no such page</h1>" in answer.content.decode()
        assert '<a href="/admin/">To the home page</a>' in answer.content.decode()

    def test_what_a_role_does_not_allow_is_said_in_words(self, client):
        client.force_login(a_user("Analyst"))

        answer = client.get("/admin/assets/push/add/")

        assert answer.status_code == 403
        assert "<h1>You may not do this</h1>" in answer.content.decode()

    def test_a_form_that_was_open_for_too_long_says_that_nothing_is_saved(self):
        client = Client(enforce_csrf_checks=True)

        answer = client.post("/admin/login/", {"username": "demo"})

        assert answer.status_code == 403
        assert "Nothing was saved" in answer.content.decode()

    @pytest.mark.urls(__name__)
    def test_a_fault_of_ours_says_so_and_needs_no_page_that_works(self):
        answer = Client(raise_request_exception=False).get("/fault/")

        assert answer.status_code == 500
        assert "<h1>Something went wrong here</h1>" in answer.content.decode()
