import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.assets.audience import Crowd
from apps.assets.lint import Subject
from apps.assets.rendering import of
from apps.delivery.lint import sent_lately
from apps.delivery.models import Push
from tests.factories import a_push, a_site, a_subscription

pytestmark = pytest.mark.django_db


def sent(asset, days=1, status="accepted"):
    device = a_subscription().device
    at = timezone.now() - timezone.timedelta(days=days)
    Push.objects.create(
        key=f"{asset.pk}",
        contact=device.contact,
        device=device,
        asset=asset,
        status=status,
        due_at=None,
        queued_at=at,
        accepted_at=at if status == "accepted" else None,
        expires_at=at,
    )


def said(asset, stored=True):
    crowd = Crowd(site=asset.site)
    subject = Subject(source=of(asset, ()), crowd=crowd, asset=asset if stored else None)
    return [(row.level, row.field, row.message) for row in sent_lately(subject)]


class TestSentLately:
    def test_the_same_words_within_a_week_are_found(self):
        site = a_site()
        twin = a_push(site, name="Spring sale", title="Sale", message="Now")
        sent(twin, days=6)

        assert said(a_push(site, title="Sale", message="Now")) == [
            (
                "warning",
                "title",
                "The same title and message went out within 7 days, as “Spring sale”.",
            )
        ]

    def test_a_new_one_is_compared_with_all(self):
        twin = a_push(title="Sale")
        sent(twin)

        assert len(said(twin, stored=False)) == 1

    @pytest.mark.parametrize(
        "values", [{"title": "Sale!"}, {"message": "Later"}], ids=["title", "message"]
    )
    def test_other_words_are_not(self, values):
        site = a_site()
        sent(a_push(site, title="Sale", message="Now"))

        assert said(a_push(site, **{"title": "Sale", "message": "Now", **values})) == []

    def test_nor_itself_nor_another_site_nor_longer_ago_nor_what_failed(self):
        site = a_site()
        push = a_push(site, title="Sale")
        sent(push)
        sent(a_push(title="Sale"))
        sent(a_push(site, title="Sale"), days=8)
        sent(a_push(site, title="Sale"), status="failed")

        assert said(push) == []

    def test_it_is_two_queries_for_one_twin_and_for_three(self):
        site = a_site()
        push = a_push(site, title="Sale")
        counts = []
        for number in (1, 2):
            for _ in range(number):
                sent(a_push(site, title="Sale"))
            with CaptureQueriesContext(connection) as captured:
                said(push)
            selects = [each for each in captured if each["sql"].startswith("SELECT")]
            counts.append(len(selects))

        # Beside them the push's buttons.
        assert counts == [3, 3]
