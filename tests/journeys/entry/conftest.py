from datetime import UTC, datetime

import pytest
from django.utils import timezone


class Clock:
    """A clock that stands until it is set."""

    def __init__(self, monkeypatch):
        self.at = timezone.now()
        monkeypatch.setattr(timezone, "now", lambda: self.at)

    def set(self, text):
        self.at = datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch)
