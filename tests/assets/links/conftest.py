import pytest

from tests.assets.links.web import Web, serving


@pytest.fixture
def web(settings):
    """A web server that may be looked at although it is on this machine."""
    server = Web()
    settings.LINK_CHECK_HOSTS = [server.origin]
    yield from serving(server)


@pytest.fixture
def private_web():
    """A server on this machine that may not be looked at."""
    yield from serving(Web())
