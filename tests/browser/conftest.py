import secrets

import pytest

from tests.browser.builder import Builder
from tests.browser.desk import Desk
from tests.browser.drivers import BROWSERS, NotificationDaemon, installed
from tests.push_service import PushService


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Say of a test that failed what the desk has printed last."""
    report = yield
    desk = getattr(item, "funcargs", {}).get("desk")
    # At the very end the desk is gone before what fails then is told.
    if report.failed and desk and call.when != "teardown":
        report.sections.append(("What the desk has printed last", desk.log()[-5_000:]))
    return report


@pytest.fixture(scope="session")
def push_service():
    with PushService() as service:
        yield service


@pytest.fixture(scope="session")
def running_desk(push_service):
    with Desk(push_hosts=[push_service.origin]) as desk:
        yield desk


@pytest.fixture(scope="session")
def desk_of_one_site(push_service):
    """A desk on which no test makes another site, as most marketers have it."""
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


@pytest.fixture(scope="session")
def browsers():
    """The browsers that run, by name; a test that needs one more starts it."""
    running = {}
    yield running
    for browser in running.values():
        browser.stop()


@pytest.fixture
def browser(browser_name, browsers, push_service, desktop):
    """A browser that knows nobody, so a new visitor; it has forgotten those before."""
    if browser_name not in browsers:
        kind = BROWSERS[browser_name]
        browsers[browser_name] = kind(push_service=push_service, notifications=desktop).start()
    browser = browsers[browser_name]
    yield browser
    try:
        browser.forget()
    except BaseException:
        browsers.pop(browser_name).stop()
        raise


@pytest.fixture
def desk(browser_name, running_desk):
    """The running product; asked for after the browser is known to be here."""
    return running_desk


@pytest.fixture
def name():
    """Of a journey that no other test has."""
    return f"Journey {secrets.token_hex(3)}"


@pytest.fixture
def builder(office, desk, name):
    """The journey builder; what it has published is over afterwards."""
    builder = Builder(office, desk, name)
    yield builder
    builder.ends()


@pytest.fixture
def username():
    """Who works in the back office; the administrator of the demo unless a test says another."""
    return "demo"


@pytest.fixture
def office(browser, desk, username):
    """A tab at a large screen, logged in to the back office; it has yet to go there."""
    # Any address of the desk will do to take the cookie; this one loads at once.
    page = browser.open(f"{desk.origin}/pushdesk.js")
    page.set_viewport(1440, 1000)
    page.evaluate("(cookie) => { document.cookie = cookie }", desk.admin(username).cookie())
    return page
