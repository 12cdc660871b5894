from datetime import timedelta

import pytest
from django.utils import timezone

from apps.journeys import lifecycle
from apps.journeys.models import Journey
from tests.journeys.builder.house import Builder
from tests.journeys.builder.inside import a_published_line, stands, step_of


@pytest.fixture
def held(client, db):
    """A journey that has been held for a day, and somebody who waits there for another hour."""
    builder = Builder(client, a_published_line("One"))
    builder.until = timezone.now() + timedelta(hours=1)
    builder.row = stands(step_of(builder.journey, "One"), due_at=builder.until)
    lifecycle.hold(builder.journey)
    day_ago = timezone.now() - timedelta(days=1)
    Journey.objects.filter(pk=builder.journey.pk).update(held_at=day_ago)
    return builder


def later(builder):
    """By how much the wait was put off, in hours."""
    builder.row.refresh_from_db()
    return round((builder.row.due_at - builder.until) / timedelta(hours=1), 1)


class TestResuming:
    def test_it_asks_what_becomes_of_waits(self, held):
        dialog = held.get("do/resume/").content.decode()

        assert "Goes on as planned" in dialog
        assert "Held for 1\xa0day: every wait ends that much later." in dialog

    def test_waits_go_on_as_planned(self, held):
        held.post("do/resume/", waits="now")

        assert Journey.objects.get(pk=held.journey.pk).is_held is False
        assert later(held) == 0

    def test_waits_are_put_off_by_the_hold(self, held):
        held.post("do/resume/", waits="shift")

        assert Journey.objects.get(pk=held.journey.pk).is_held is False
        assert later(held) == 24

    def test_what_only_paused_is_asked_nothing(self, client, db):
        builder = Builder(client, a_published_line("One"))
        lifecycle.pause(builder.journey)

        assert "Goes on as planned" not in builder.get("do/resume/").content.decode()
        builder.post("do/resume/", waits="shift")
        assert Journey.objects.get(pk=builder.journey.pk).status == "active"
