import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.assets.models import Variation
from apps.delivery import models
from tests.factories import a_device, a_popup, a_push, a_site

pytestmark = pytest.mark.django_db

LIST = "/admin/delivery/push/"


@pytest.fixture
def device():
    return a_device(a_site())


@pytest.fixture
def asset(device):
    return a_push(device.contact.site)


def a_message(device, asset, key="k", **values):
    now = timezone.now()
    return models.Push.objects.create(
        **{
            "key": key,
            "contact": device.contact,
            "device": device,
            "asset": asset,
            "expires_at": now,
            "due_at": None,
            "status": "accepted",
            "accepted_at": now,
            **values,
        }
    )


def column(page):
    """The content of each row of the list."""
    rows = page.context["cl"].result_list
    admin = page.context["cl"].model_admin
    return [str(admin.sent_content(row)) for row in rows]


class TestPushes:
    def test_they_say_which_variation_was_sent_and_what_was_left_out(
        self, administrator, device, asset
    ):
        german = Variation.objects.create(asset=asset, name="German")
        a_message(device, asset, "1", variation=german, left_out="data, image")
        a_message(device, asset, "2")
        a_message(device, asset, "3", status="queued", accepted_at=None)

        page = administrator.get(LIST)

        assert column(page) == [
            "",
            "Default",
            'German<span class="reason">left out: data, image</span>',
        ]
        assert "left out: data, image" in page.content.decode()

    def test_they_outlive_their_variation(self, administrator, device, asset):
        german = Variation.objects.create(asset=asset, name="German")
        message = a_message(device, asset, variation=german)
        german.delete()

        page = administrator.get(f"{LIST}{message.pk}/change/").content.decode()

        assert column(administrator.get(LIST)) == ["Deleted variation"]
        assert "Deleted variation" in page

    def test_their_page_says_it_in_their_story(self, administrator, device, asset):
        message = a_message(device, asset, left_out="image")

        page = administrator.get(f"{LIST}{message.pk}/change/").content.decode()

        assert "Accepted by the push service; left out: image" in page

    def test_the_slimmed_can_be_found(self, administrator, device, asset):
        slim = a_message(device, asset, "1", left_out="image")
        whole = a_message(device, asset, "2")
        a_message(device, asset, "3", status="failed", accepted_at=None)

        found = {
            value: list(administrator.get(f"{LIST}?slimmed={value}").context["cl"].result_list)
            for value in ("yes", "no")
        }

        assert found == {"yes": [slim], "no": [whole]}

    def test_they_cost_the_same_queries_for_one_and_for_three(self, administrator, device, asset):
        german = Variation.objects.create(asset=asset, name="German")
        a_message(device, asset, "1", variation=german)
        administrator.get(LIST)
        with CaptureQueriesContext(connection) as one:
            administrator.get(LIST)
        for key in "23":
            other = Variation.objects.create(asset=asset, name=key)
            a_message(device, asset, key, variation=other)

        with CaptureQueriesContext(connection) as three:
            administrator.get(LIST)

        assert len(one) == len(three)


class TestPopups:
    def test_they_say_which_variation_was_shown(self, administrator, device):
        popup = a_popup(device.contact.site)
        german = Variation.objects.create(asset=popup, name="German")
        now = timezone.now()
        for key, variation, shown_at in (("1", german, now), ("2", None, now), ("3", None, None)):
            models.Popup.objects.create(
                key=key,
                contact=device.contact,
                asset=popup,
                expires_at=now,
                variation=variation,
                shown_at=shown_at,
            )

        assert column(administrator.get("/admin/delivery/popup/")) == ["", "Default", "German"]
        german.delete()
        assert column(administrator.get("/admin/delivery/popup/"))[2] == "Deleted variation"


class TestPanel:
    @pytest.mark.parametrize(
        ("slimmed", "words"),
        [(0, None), (1, "1 was slimmed: something"), (2, "2 were slimmed: something")],
    )
    def test_the_page_of_the_push_counts_the_slimmed(
        self, slimmed, words, administrator, device, asset
    ):
        a_message(device, asset, "whole")
        for number in range(slimmed):
            a_message(device, asset, str(number), left_out="image")

        page = administrator.get(f"/admin/assets/push/{asset.pk}/change/").content.decode()

        assert (words in page) if words else ("slimmed" not in page)
