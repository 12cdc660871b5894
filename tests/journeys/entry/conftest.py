from datetime import UTC, datetime

import pytest
from django.utils import timezone

from tests.factories import a_contact, a_site


class Clock:
    """A clock that stands until it is set."""

    def __init__(self, monkeypatch):
        self.at = timezone.now()
        monkeypatch.setattr(timezone, "now", lambda: self.at)

    def set(self, text):
        self.at = datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture
def site():
    return a_site()


@pytest.fixture
def contact(site):
    return a_contact(site)


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch)
