"""Enrolments and visits name journeys, versions and steps without a constraint of the database."""

import pytest
from django.db.models import ProtectedError

from apps.journeys.models import CompiledStep, Version
from tests.factories import a_site
from tests.journeys.flows import a_chain

pytestmark = pytest.mark.django_db


@pytest.fixture
def journey():
    return a_chain(a_site(), 1)


class TestWhatWasPublished:
    def test_the_journey_is_not_deleted(self, journey):
        with pytest.raises(ProtectedError):
            journey.delete()

    def test_its_site_is_not_deleted(self, journey):
        with pytest.raises(ProtectedError):
            journey.site.delete()

    def test_its_version_is_not_deleted(self, journey):
        with pytest.raises(ProtectedError):
            journey.live_version.delete()

        assert Version.objects.count() == 1
        assert CompiledStep.objects.count() == 1
