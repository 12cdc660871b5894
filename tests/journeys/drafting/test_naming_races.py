"""Journeys that two make at the same instant: on real threads."""

import pytest
from django.db import transaction

from apps.assets.models import Asset
from apps.journeys import templates
from apps.journeys.drafting import cloning
from apps.journeys.models import Journey
from tests.factories import a_site
from tests.journeys.authoring import a_draft
from tests.races import Meanwhile, on_postgresql, wait_until_blocked

pytestmark = [on_postgresql, pytest.mark.django_db(transaction=True)]


def one_after_the_other(make):
    """Have it made twice, the second time while the first is not committed yet."""
    with transaction.atomic():
        make()
        slower = Meanwhile(make)
        wait_until_blocked()
    slower.ends()


def names(model):
    return sorted(model.objects.values_list("name", flat=True))


class TestTwoClonesAtOnce:
    def test_the_slower_takes_the_next_free_name(self):
        journey = a_draft(name="Spring")

        one_after_the_other(lambda: cloning.clone(Journey.objects.get(pk=journey.pk)))

        assert names(Journey) == ["Spring", "Spring (copy 2)", "Spring (copy)"]


class TestOneTemplateTwice:
    def test_both_share_the_pushes_that_the_faster_made(self):
        site = a_site()

        one_after_the_other(lambda: templates.create(site, templates.find("welcome-series")))

        assert names(Journey) == ["Welcome series", "Welcome series (copy)"]
        assert len(names(Asset)) == len(set(names(Asset)))
        assert not [name for name in names(Asset) if "copy" in name]
