import pytest

from apps.journeys.webhooks import transport
from tests.assets.links.web import serving
from tests.journeys.webhooks.receiver import Receiver


@pytest.fixture
def receiver(settings):
    """A server that may be called although it is on this machine."""
    server = Receiver()
    server.pages["/hook"] = 200, {}, b"thank you"
    settings.LINK_CHECK_HOSTS = [server.origin]
    yield from serving(server)


@pytest.fixture
def private_receiver():
    """A server on this machine that may not be called."""
    server = Receiver()
    server.pages["/hook"] = 200, {}, b"thank you"
    yield from serving(server)


@pytest.fixture
def short_patience(monkeypatch):
    """Servers that say nothing are waited for half a second only."""
    monkeypatch.setattr(transport, "SECONDS", 0.5)
    monkeypatch.setattr(transport, "BODY_SECONDS", 0.3)
