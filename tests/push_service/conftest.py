import pytest

from . import PushService
from .sender import Sender


@pytest.fixture(scope="package")
def running():
    with PushService() as service:
        yield service


@pytest.fixture
def service(running):
    running.forget()
    return running


@pytest.fixture
def sender():
    return Sender()


@pytest.fixture
def subscription(service, sender):
    return service.subscribe(sender.application_server_key)
