import pytest

from tests.devices.browser import Browser
from tests.factories import a_site


@pytest.fixture
def site():
    return a_site()


@pytest.fixture
def browser(site):
    return Browser(site)
