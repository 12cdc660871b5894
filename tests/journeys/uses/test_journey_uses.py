import pytest
from django.db import connection
from django.db.models import ProtectedError
from django.test.utils import CaptureQueriesContext

from apps.journeys import lifecycle, publishing
from apps.journeys.models import Journey
from apps.journeys.uses import journey_uses
from tests.journeys.authoring import a_draft, a_step

pytestmark = pytest.mark.django_db


@pytest.fixture
def target():
    target = a_draft(name="Target", entry_kind="call")
    a_step(target, "leave")
    publishing.publish(target)
    return target


def told(journey):
    return [(str(use), use.is_live) for use in journey_uses.of(journey)]


class TestUses:
    def test_a_start_step_names_it(self, target):
        other = a_draft(target.site, name="Other")
        step = a_step(other, "start", "Go", target=target)

        assert told(target) == [("“Other”: starts it at “Go” (not published)", False)]
        publishing.publish(other)
        assert told(target) == [("“Other”: starts it at “Go”", True)]
        step.delete()
        assert told(target) == [("“Other”: starts it at “Go”", True)]

    def test_a_start_step_keeps_it_from_being_deleted(self):
        target = a_draft(entry_kind="call")
        a_step(a_draft(target.site), "start", target=target)

        with pytest.raises(ProtectedError):
            target.delete()

    def test_an_exclusion_names_it(self, target):
        other = a_draft(target.site, name="Other", excluded=[target.pk])
        a_step(other, "leave")

        excluded = "“Other”: does not let in who is inside"
        assert told(target) == [(f"{excluded} (not published)", False)]
        publishing.publish(other)
        assert told(target) == [(excluded, True)]
        Journey.objects.filter(pk=other.pk).update(excluded=[])
        assert told(target) == [(excluded, True)]

    def test_what_is_over_does_not_count(self, target):
        other = a_draft(target.site, name="Other", excluded=[target.pk])
        a_step(other, "start", target=target)
        publishing.publish(other)
        lifecycle.archive(other)

        assert told(target) == []

    def test_it_asks_as_often_for_three_as_for_one(self, target):
        counts = []
        for number in (1, 2):
            for _ in range(number):
                a_step(a_draft(target.site, excluded=[target.pk]), "start", target=target)
            with CaptureQueriesContext(connection) as queries:
                assert len(journey_uses.of(target)) == 2 * len(counts) + 2 * number
            counts.append(len(queries))

        assert counts == [4, 4]
