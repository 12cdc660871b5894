import pytest

from apps.assets.models import Push
from tests.assets.test_admin import a_form
from tests.factories import a_push, a_site, a_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def marketer(client):
    client.force_login(a_user("Marketer"))
    return client


class TestExtraData:
    def test_its_limit_is_told_before_it_is_exceeded(self, marketer):
        page = marketer.get("/admin/assets/push/add/").content.decode()

        assert "A JSON object of at most 1,000 bytes for scripts of your own" in page

    def test_none_is_an_empty_object(self, marketer):
        marketer.post("/admin/assets/push/add/", a_form(a_site(), data=""))

        assert Push.objects.get(name="Summer sale").data == {}

    @pytest.mark.parametrize("text", ["null", " null "])
    def test_null_is_no_object(self, marketer, text):
        push = a_push(data={"a": 1})

        page = marketer.post(f"/admin/assets/push/{push.pk}/change/", a_form(push.site, data=text))

        assert list(page.context["adminform"].form.errors) == ["data"]
        push.refresh_from_db()
        assert push.data == {"a": 1}
