"""Random journeys, contacts, events and jumps of the clock: the engine goes where a slow reading
of the same journeys goes. MODEL_EXAMPLES=50 looks at fifty times as many, at others each time."""

import os
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from apps.delivery import wanted
from apps.journeys import engine, lifecycle
from apps.journeys.entry import draining
from tests.journeys.model.happening import Happening
from tests.journeys.model.keeping import Keeping
from tests.journeys.model.machine import CLOCK, LONG, a_scene

pytestmark = pytest.mark.django_db

TIMES = float(os.environ.get("MODEL_EXAMPLES", "1"))
EXAMPLES, STEPS = 12, 25


class Machine(Keeping, Happening):
    """All that can happen to a site."""


@pytest.fixture
def standing_clock(monkeypatch):
    """Time stands still until a rule moves it on, and begins some days before clocks are changed
    in Berlin. Later than now: defaults of columns know the real moment only, and what they hold
    must be past."""
    CLOCK["begin"] = before_clocks_change(timezone.now() + timedelta(days=1))
    monkeypatch.setattr(timezone, "now", lambda: CLOCK["now"])
    monkeypatch.setattr(engine, "PAUSE_SECONDS", 0)
    monkeypatch.setattr(engine, "LONGEST_PAUSE_SECONDS", 0)
    monkeypatch.setattr(draining, "PAUSE_SECONDS", 0)
    # Nothing is left to a later moment, however slow the machine is.
    monkeypatch.setattr(lifecycle, "AT_ONCE_SECONDS", LONG)
    monkeypatch.setattr(wanted, "AT_ONCE_SECONDS", LONG)
    CLOCK["now"] = CLOCK["begin"]


def before_clocks_change(after: datetime) -> datetime:
    berlin, day = ZoneInfo("Europe/Berlin"), timedelta(days=1)
    moment = datetime.combine(after, datetime.min.time(), tzinfo=UTC) + day
    while (moment + 5 * day).astimezone(berlin).utcoffset() == moment.astimezone(
        berlin
    ).utcoffset():
        moment += day
    return moment


def test_the_engine_goes_where_a_slow_reading_goes(standing_clock):
    Machine.scene = a_scene()
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=max(1, int(EXAMPLES * TIMES)),
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            derandomize=TIMES == 1,
            # Finding the shortest way to a failure takes minutes.
            phases=[Phase.generate] if TIMES == 1 else [Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )
