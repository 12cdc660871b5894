"""Somebody who visits the demo shop, in words."""

import time

from tests.browser.drivers.page import POLL_INTERVAL

POPUP = "document.querySelector('pushdesk-popup')"
YES, NO = "[data-index='0']", "[data-index='1']"
STATUS = "document.getElementById('push-status').dataset.status"
# How often this page has asked for a popup and got its answer.
ASKED = (
    "performance.getEntriesByType('resource').filter(e => e.name.endsWith('/popups/next')).length"
)

# One query, so that a contact merged away meanwhile is there all the same.
ME = (
    "from apps.devices.models import *; "
    "me = Device.objects.select_related('contact__site').get(uid='{}'); "
)


class Visitor:
    """Somebody with a fresh browser on the demo shop."""

    def __init__(self, browser, desk):
        self.browser, self.desk = browser, desk
        self.page = browser.open(desk.shop)
        self._device = None

    def device(self):
        """The device's id; remembered, for when the page is gone."""
        if self._device is None:
            self._device = self.page.wait_for("document.getElementById('device-id').title")
        return self._device

    def sees_popup(self):
        self.page.wait_for(POPUP)

    def sees_no_popup(self):
        self.page.wait_for(ASKED)
        # The answer is handled in the same task in which it comes; one more round is certain.
        self.page.evaluate("new Promise(done => setTimeout(done, 50))")
        assert self.page.evaluate(f"!{POPUP}")

    def says(self, button, prompt=None):
        self.page.click(button)
        if prompt:
            self.browser.answer_prompt(prompt)
        self.page.wait_for(f"!{POPUP}")

    def has_status(self, status):
        self.page.wait_for(f"{STATUS} === {status!r}")

    def logs_in(self, name):
        self.page.click("#customer")
        self.page.type("#customer", name)
        self.page.press("Enter")
        self.page.wait_for(f"document.getElementById('customer-name').textContent === {name!r}")

    def logs_out(self):
        self.page.click("#logout")
        self.page.wait_for("!document.getElementById('login').hidden")

    def on_the_desk(self, code):
        return self.desk.run(ME.format(self.device()) + code)

    def contact(self):
        return self.on_the_desk("print(me.contact_id)")

    def let_days_pass(self, days):
        """Move what has happened to this contact into the past.

        What still goes on would be left behind, so this waits until no journey holds the contact.
        """
        wait_for(self, "me.contact.enrolments.filter(left_at=None).exists()", "False")
        self.on_the_desk(
            "from django.utils import timezone; from django.db.models import F; "
            f"span = timezone.timedelta(days={days}); "
            "me.contact.enrolments.update(left_at=F('left_at') - span); "
            "me.sessions.update(last_seen_at=F('last_seen_at') - span)"
        )

    def gets_push(self, name, contact=None):
        self.on_the_desk(
            "from apps.assets.models import Push; from apps.delivery import pushes, wanted; "
            f"asset = Push.objects.get(name={name!r}); "
            f"who = {contact!r} or me.contact_id; "
            "import uuid; "
            "pushes.queue(asset, wanted.Wanted(contact_id=int(who), key=uuid.uuid4().hex))"
        )


def wait_for(visitor, expression, value, timeout=30):
    """Ask the desk until it knows: a report travels by itself."""
    deadline = time.monotonic() + timeout
    while (found := visitor.on_the_desk(f"print({expression})")) != value:
        assert time.monotonic() < deadline, f"{expression} is {found}, not {value}"
        time.sleep(POLL_INTERVAL)
