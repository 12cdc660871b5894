import pytest

from apps.delivery import pushes
from apps.delivery.models import Push
from apps.delivery.wanted import Wanted
from apps.devices import keys
from tests.factories import a_device, a_push, a_subscription
from tests.push_service import PushService


@pytest.fixture(scope="package")
def running_service():
    with PushService() as service:
        yield service


@pytest.fixture
def service(running_service, settings):
    """A push service that checks and decrypts, and that our server may call."""
    running_service.forget()
    running_service.recover()
    settings.PUSH_HOSTS = [running_service.origin]
    return running_service


class Receiver:
    """A contact's device, subscribed at the push service, and a push of its site."""

    def __init__(self, service, site=None, **push):
        self.device = a_device(site, push_status="allowed")
        self.site = self.device.contact.site
        self.there = service.subscribe(keys.current(self.site).public_key)
        self.subscription = a_subscription(
            self.device,
            endpoint=self.there.endpoint,
            p256dh=self.there.p256dh,
            auth=self.there.auth,
        )
        self.push = a_push(self.site, **push)

    def queue(self, key="test:1", campaign="", terms=None, **context):
        contact_id = self.device.contact_id
        wanted = Wanted(contact_id=contact_id, key=key, campaign=campaign, context=context)
        pushes.queue(self.push, wanted, terms)
        return Push.objects.get(key=key)

    def messages(self, service):
        return service.messages(self.there.token)


@pytest.fixture
def a_receiver(service):
    def make(**values):
        return Receiver(service, **values)

    return make
