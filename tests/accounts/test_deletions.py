import pytest
from django.contrib import admin
from django.contrib.admin.utils import get_deleted_objects
from django.test import RequestFactory

from apps.accounts.deletions import leave_out_inner_rows
from apps.assets.models import AssetLabel, Push
from tests.factories import a_push, a_user


@pytest.fixture
def request_of_all(db):
    request = RequestFactory().get("/")
    request.user = a_user(is_superuser=True)
    return request


class TestLeaveOutInnerRows:
    def test_a_push_is_one_row_without_its_links_to_labels(self, request_of_all):
        push = a_push(name="Summer sale")
        push.labels.add(AssetLabel.objects.create(site=push.site, name="Sale"))

        listed, counts, *_ = get_deleted_objects([push], request_of_all, admin.site)
        listed, counts = leave_out_inner_rows(listed, counts, {Push})

        assert [row.split(":")[0] for row in listed] == ["Push"]
        assert counts == {"pushes": 1}

    def test_what_stood_below_a_row_that_goes_comes_below_the_one_before(self):
        rows = ["Push: A", ["Button: B"], "Asset: A", ["Variation: C", ["Button: D"]]]
        counts = {"pushes": 1, "assets": 1, "variations": 1, "buttons": 2}

        listed, counted = leave_out_inner_rows(rows, counts, {Push})

        assert listed == ["Push: A", ["Button: B", "Variation: C", ["Button: D"]]]
        assert counted == {"pushes": 1, "variations": 1, "buttons": 2}

    def test_a_label_is_listed_without_its_links_to_assets(self, request_of_all):
        push = a_push()
        label = AssetLabel.objects.create(site=push.site, name="Sale")
        push.labels.add(label)

        found = get_deleted_objects([label], request_of_all, admin.site)
        listed, counts = leave_out_inner_rows(*found[:2], {AssetLabel})

        assert [row.split(":")[0] for row in listed] == ["Label"]
        assert counts == {"labels": 1}
