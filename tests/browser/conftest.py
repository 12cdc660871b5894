import pytest

from tests.browser.desk import Desk
from tests.browser.drivers import BROWSERS, NotificationDaemon, installed
from tests.push_service import PushService


@pytest.fixture(scope="session")
def push_service():
    with PushService() as service:
        yield service


@pytest.fixture(scope="session")
def running_desk(push_service):
    with Desk(push_hosts=[push_service.origin]) as desk:
        yield desk


@pytest.fixture(scope="session")
def desktop():
    with NotificationDaemon() as daemon:
        yield daemon


@pytest.fixture(params=BROWSERS)
def browser_name(request):
    installed.require(request.param)
    return request.param


@pytest.fixture
def browser(browser_name, push_service, desktop):
    """A browser that nobody has used before, so a new visitor."""
    with BROWSERS[browser_name](push_service=push_service, notifications=desktop) as browser:
        yield browser


@pytest.fixture
def desk(browser_name, running_desk):
    """The running product; asked for after the browser is known to be here."""
    return running_desk
