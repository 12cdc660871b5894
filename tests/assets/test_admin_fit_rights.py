import pytest
from django.urls import reverse

from apps.assets.models import Asset, CheckedAddress
from tests.assets.test_admin import a_form
from tests.assets.test_admin_fit import AUDIENCE, CHECKS, POPUP_CHECKS
from tests.factories import a_popup, a_push, a_site, a_user

pytestmark = pytest.mark.django_db

ALL = (AUDIENCE, CHECKS, POPUP_CHECKS)


@pytest.fixture
def marketer(client):
    client.force_login(a_user("Marketer"))
    return client


class TestWhoMay:
    @pytest.mark.parametrize("name", ALL)
    def test_nobody_without_the_right_to_look(self, client, name):
        client.force_login(a_user())
        asset = a_popup() if name == POPUP_CHECKS else a_push()

        assert client.get(f"{reverse(name)}?asset={asset.pk}").status_code == 403
        assert client.post(reverse(name), a_form(asset.site)).status_code == 403

    @pytest.mark.parametrize("name", ALL)
    def test_strangers_are_asked_to_log_in(self, client, name):
        assert client.get(reverse(name)).status_code == 302

    def test_a_form_of_another_page_is_refused(self, marketer):
        marketer.handler.enforce_csrf_checks = True
        push = a_push()

        assert (
            marketer.post(f"{reverse(CHECKS)}?asset={push.pk}", a_form(push.site)).status_code
            == 403
        )

    def test_what_is_not_there_is_not_found(self, marketer):
        popup = a_popup()

        assert marketer.get(f"{reverse(CHECKS)}?asset={popup.pk}").status_code == 404
        assert marketer.get(f"{reverse(CHECKS)}?asset={'9' * 25}").status_code == 200

    def test_too_much_is_refused(self, marketer):
        push = a_push()

        answer = marketer.post(
            f"{reverse(AUDIENCE)}?asset={push.pk}", a_form(push.site, title="x" * 600_000)
        )

        assert answer.status_code == 413


class TestSaving:
    def test_it_has_the_addresses_looked_at(self, marketer):
        site = a_site()
        buttons = {
            "buttons-TOTAL_FORMS": "1",
            "buttons-0-label": "Show me",
            "buttons-0-url": "/boots",
            "buttons-0-position": "0",
        }

        marketer.post("/admin/assets/push/add/", a_form(site, url="/sale", **buttons))

        assert sorted(CheckedAddress.objects.values_list("address", flat=True)) == [
            "https://shop.example/boots",
            "https://shop.example/sale",
        ]

    def test_what_is_refused_is_not_looked_at(self, marketer):
        marketer.post("/admin/assets/push/add/", a_form(a_site(), url="/sale", title="{{"))

        assert not CheckedAddress.objects.exists()
        assert not Asset.objects.filter(name="Summer sale").exists()


class TestPage:
    def test_a_popups_page_has_room_for_the_checks(self, marketer):
        popup = a_popup()

        page = marketer.get(f"/admin/assets/popup/{popup.pk}/change/").content.decode()

        address = reverse(POPUP_CHECKS)
        assert f'data-draft-fragment="{address}?asset={popup.pk}"' in page

    def test_a_pushs_page_has_room_for_both(self, marketer):
        push = a_push()

        page = marketer.get(f"/admin/assets/push/{push.pk}/change/").content.decode()

        for name in ("audience", "checks"):
            address = reverse(f"admin:assets_push_{name}")
            assert f'data-draft-fragment="{address}?asset={push.pk}"' in page
