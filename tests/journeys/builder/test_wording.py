import datetime

import pytest

from apps.journeys.admin.builder.wording import entry_lines
from tests.journeys.builder.house import a_draft

pytestmark = pytest.mark.django_db


def lines(**values):
    """What the first card says beside who enters."""
    journey = a_draft()
    for name, value in values.items():
        setattr(journey, name, value)
    return entry_lines(journey)


class TestEntryLines:
    @pytest.mark.parametrize(
        ("pauses", "words"),
        [
            ([1], "Again after 1 day"),
            ([14], "Again after 14 days"),
            ([3, 30], "Again after 3, then 30 days"),
            ([3, 7, 30], "Again after 3, 7, then 30 days"),
        ],
    )
    def test_pauses_read_as_a_sentence(self, pauses, words):
        assert lines(reentry="pause", reentry_pauses=pauses)[1] == words

    @pytest.mark.parametrize(
        ("hours", "words"),
        [(1, "1 hour"), (5, "5 hours"), (24, "1 day"), (36, "36 hours"), (168, "7 days")],
    )
    def test_whole_days_are_said_as_days(self, hours, words):
        found = lines(goal_event="purchase", goal_hours=hours, timeout_hours=hours)

        assert found[-2:] == [f"Leaves after {words}", f"Goal: purchase within {words}"]

    def test_the_day_of_a_schedule_is_written_out(self):
        found = lines(
            entry_kind="schedule", on_date=datetime.date(2026, 12, 1), at_time=datetime.time(9)
        )

        assert found[0] == "On 1 December 2026 at 09:00, everybody at once"
