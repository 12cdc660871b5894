"""Somebody who may add pushes and see none."""

import pytest
from django.contrib.auth.models import Permission

from apps.assets.models import Push
from tests.assets.test_admin import a_form
from tests.factories import a_push, a_site, a_user

pytestmark = pytest.mark.django_db

PREVIEW = "/admin/assets/push/editor/preview/"


@pytest.fixture
def adder(client):
    user = a_user()
    user.user_permissions.add(
        Permission.objects.get(content_type__app_label="assets", codename="add_push")
    )
    client.force_login(user)
    return client


def test_the_editor_shows_what_they_write(adder):
    answer = adder.post(PREVIEW, a_form(a_site(), title="Mine"))

    assert answer.json()["notification"]["title"] == "Mine"


@pytest.mark.parametrize("more", [{}, {"preview-stored": "yes"}])
def test_the_editor_shows_nothing_that_is_stored(adder, more):
    push = a_push(title="Secret")

    answer = adder.post(PREVIEW, {"asset": push.pk, **more})

    assert answer.status_code == 403


def test_a_clone_would_show_it_too(adder):
    push = a_push(title="Secret")

    answer = adder.post(f"/admin/assets/push/{push.pk}/clone/")

    assert answer.status_code == 403
    assert Push.objects.get(title="Secret") == push
