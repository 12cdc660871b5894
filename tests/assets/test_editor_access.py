"""Who may ask what the editor's script asks, of every kind of asset."""

import pytest
from django.test import Client

from tests.assets import test_admin, test_popup_forms
from tests.factories import a_site, a_user

pytestmark = pytest.mark.django_db
KINDS = pytest.mark.parametrize(
    ("kind", "a_form"), [("push", test_admin.a_form), ("popup", test_popup_forms.a_form)]
)


def address(kind, view):
    return f"/admin/assets/{kind}/editor/{view}/"


@KINDS
def test_who_is_not_logged_in_is_asked_to(client, kind, a_form):
    site = a_site()

    assert client.post(address(kind, "preview"), a_form(site)).status_code == 302
    assert client.get(f"{address(kind, 'tags')}?site={site.pk}").status_code == 302
    assert client.get(f"{address(kind, 'contacts')}?site={site.pk}").status_code == 302


@KINDS
def test_a_post_needs_its_token(kind, a_form):
    client = Client(enforce_csrf_checks=True)
    client.force_login(a_user("Marketer"))

    assert client.post(address(kind, "preview"), a_form(a_site())).status_code == 403


@KINDS
def test_each_is_asked_in_its_own_way(client, kind, a_form):
    client.force_login(a_user("Marketer"))

    assert client.get(address(kind, "preview")).status_code == 405
    assert client.post(address(kind, "tags")).status_code == 405
    assert client.post(address(kind, "contacts")).status_code == 405
