"""A marketer asks why somebody did not get the push: from the contact, and from the journey."""

import json
import secrets

import pytest

from config.demo.seed import SITE_NAME
from tests.browser.builder import OVER
from tests.browser.office import WORDS, choose, follow, has_words

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

# Somebody who never allowed push goes through a journey that sends one.
MAKE = """
import json
from django.utils import timezone
from apps.accounts.models import Contact, Site
from apps.assets.models import Push
from apps.journeys import engine, publishing
from apps.journeys.entry import by_call
from apps.journeys.models import Journey, PushStep
site = Site.objects.get(name={site!r})
contact = Contact.objects.create(site=site, external_id={contact!r})
push = Push.objects.create(site=site, name={name!r}, title="Hello", status="active")
journey = Journey.objects.create(site=site, name={name!r}, entry_kind="call")
PushStep.objects.create(journey=journey, name="Tell them", push=push)
version = publishing.publish(journey)
now = timezone.now()
by_call.call(version, [contact.pk], key="1", context={{}}, at=now)
engine.drain(seconds=10)
print(json.dumps([journey.pk, contact.pk]))
"""
OFFERED = "[...document.querySelectorAll('#why-found a')].map((link) => link.textContent)"
# In the menu of a journey.
WHY = (
    "[...document.querySelectorAll('.flow-dropped a')].find((link) => link.href.includes('/why/'))"
)
REASON = "No device to send to, or opted out: the contact had no device with a live subscription"


@pytest.fixture
def name():
    return f"Spring {secrets.token_hex(3)}"


@pytest.fixture
def contact(name):
    return f"anna-{name[-6:]}"


@pytest.fixture
def made(desk, name, contact):
    yield json.loads(desk.run(MAKE.format(site=SITE_NAME, name=name, contact=contact)))
    desk.run(OVER.format(name=name))


class TestWhy:
    def test_from_the_contact(self, office, desk, made, name, contact):
        _, number = made
        office.goto(f"{desk.origin}/admin/accounts/contact/{number}/change/")

        choose(office, "journey", name)
        follow(office, "Explain")

        has_words(office, f"{contact}: Could not enter now: Has been in, or is inside.")
        has_words(office, REASON)
        has_words(office, "Tell them: no")
        assert office.errors == []

    def test_from_the_journey_by_the_first_letters_of_a_name(
        self, office, desk, made, name, contact
    ):
        journey, _ = made
        office.goto(f"{desk.origin}/admin/journeys/journey/{journey}/change/")
        office.click("[data-focus=more]")
        office.wait_for(f"{WHY}.offsetParent !== null")
        follow(office, "Why is somebody in it, or not?")
        has_words(office, "Who entered last:")

        office.type("#why-contact", contact[:-1])
        office.wait_for(f"JSON.stringify({OFFERED}) === {json.dumps(json.dumps([contact]))}")
        office.click("#why-found a")

        has_words(office, REASON)
        assert name in office.evaluate(WORDS)
        assert office.errors == []
