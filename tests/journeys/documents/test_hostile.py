import json

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.journeys.documents import content, read, write
from apps.journeys.documents.problems import Refused
from apps.journeys.models import Journey
from tests.journeys.authoring import a_draft, of_every_kind
from tests.journeys.hostile import JSON, places

pytestmark = pytest.mark.django_db


@pytest.fixture
def whole():
    journey = a_draft(name="Whole")
    of_every_kind(journey)
    return journey.pk


class TestHostileDocuments:
    @given(data=st.data())
    @settings(
        max_examples=150,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    def test_whatever_stands_anywhere_is_written_whole_or_not_at_all(self, whole, data):
        with transaction.atomic():
            self.write_somewhere(Journey.objects.get(pk=whole), data)
            # Each time the same is drawn from.
            transaction.set_rollback(True)

    def write_somewhere(self, journey, data):
        before = read(journey)
        document = json.loads(json.dumps(before))
        *path, last = data.draw(st.sampled_from([p for p in places(document) if p]))
        part = document
        for key in path:
            part = part[key]
        part[last] = data.draw(JSON)

        try:
            write(journey, document)
        except Refused as error:
            assert error.problems
            assert read(journey) == before
        else:
            assert content(read(journey)) == content(document)
            write(journey, before)
            assert content(read(journey)) == content(before)
