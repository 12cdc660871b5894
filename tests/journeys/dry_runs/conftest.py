import pytest
from django.utils import timezone

from apps.journeys import engine
from apps.journeys.entry import draining
from tests.journeys.dry_runs.living import Clock


@pytest.fixture
def clock(monkeypatch):
    """Time stands still until a test moves it on, and workers do not rest."""
    clock = Clock()
    monkeypatch.setattr(timezone, "now", lambda: clock.now)
    for name in ("PAUSE_SECONDS", "LONGEST_PAUSE_SECONDS"):
        monkeypatch.setattr(engine, name, 0)
    monkeypatch.setattr(draining, "PAUSE_SECONDS", 0)
    return clock
