from datetime import timedelta

import pytest
from django.utils import timezone

from apps.journeys import engine
from apps.journeys.entry import draining
from tests.factories import a_site
from tests.journeys.dry_runs.living import BEGIN, Clock, a_reader, a_receiver


@pytest.fixture
def clock(monkeypatch):
    """Time stands still until a test moves it on, and workers do not rest."""
    clock = Clock()
    monkeypatch.setattr(timezone, "now", lambda: clock.now)
    for name in ("PAUSE_SECONDS", "LONGEST_PAUSE_SECONDS"):
        monkeypatch.setattr(engine, name, 0)
    monkeypatch.setattr(draining, "PAUSE_SECONDS", 0)
    return clock


@pytest.fixture
def site():
    return a_site(time_zone="Europe/Berlin")


@pytest.fixture
def people(site):
    """Of several zones and languages; the first two are reached by pushes, the last has opted
    out."""
    return [
        a_receiver(site, language="de", time_zone="Asia/Kathmandu"),
        a_receiver(site, language="fr", time_zone="America/Sao_Paulo"),
        a_reader(site, language="de"),
        a_receiver(site, language="en", unsubscribed_at=BEGIN - timedelta(days=1)),
    ]
