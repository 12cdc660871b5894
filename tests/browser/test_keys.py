"""A key is rotated, a site moves in from another provider: the browser follows, nobody is lost."""

import pytest

from tests.browser.visitor import YES, Visitor, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

LIVE_KEYS = "[row.key.public_key for row in me.subscriptions.live()]"
ROTATE = """
from apps.devices import keys
print(keys.rotate(keys.current(me.contact.site)).public_key)
"""
IMPORT_KEY = """
from apps.devices import keys
from django.utils import timezone
key = keys.create_for_site(me.contact.site)
VapidKey.objects.filter(pk=key.pk).update(imported_at=timezone.now())
print(key.public_key)
"""
IMPORT = """
from apps.accounts.models import Contact
from apps.devices import subscriptions
contact = Contact.objects.create(site=me.contact.site, external_id={name!r})
device = Device.objects.create(contact=contact, push_status="allowed")
new = subscriptions.NewSubscription(
    endpoint={endpoint!r}, p256dh={p256dh!r}, auth={auth!r}, vapid_key={key!r}
)
subscriptions.subscribe(device, new)
"""
# What the page of the earlier provider did, in a scope of its own.
SUBSCRIBE_THERE = """async (key) => {
  const registration = await navigator.serviceWorker.register(
    "/pushdesk-worker.js", { scope: "/earlier/" }
  );
  const worker = registration.installing || registration.waiting || registration.active;
  while (worker.state !== "activated") await new Promise((go) => setTimeout(go, 50));
  const text = atob(key.replace(/-/g, "+").replace(/_/g, "/"));
  const subscription = await registration.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: Uint8Array.from(text, (one) => one.charCodeAt(0)),
  });
  return subscription.toJSON();
}"""
LEFT_THERE = """async () => {
  const registration = await navigator.serviceWorker.getRegistration("/earlier/");
  return Boolean(await registration.pushManager.getSubscription());
}"""

DEAF = """(() => {
  const send = window.fetch;
  window.fetch = (address, options = {}) => {
    if (options.method !== "DELETE") return send(address, options);
    window.unheard = true;
    return Promise.reject(new TypeError("no network"));
  };
})()"""


@pytest.fixture
def subscriber(browser, desk, desktop):
    visitor = Visitor(browser, desk)
    visitor.sees_popup()
    visitor.says(YES, prompt="allow")
    desktop.dismiss(desktop.wait_for("Welcome!"))
    return visitor


class TestRotation:
    def test_the_browser_moves_over_on_its_next_visit(self, subscriber, desktop):
        new_key = subscriber.on_the_desk(ROTATE)
        subscriber.gets_push("Summer sale")
        desktop.dismiss(desktop.wait_for("Summer sale: 20 % off"))

        subscriber.page.reload()

        wait_for(subscriber, LIVE_KEYS, f"{[new_key]}")
        ended = "[row.end_reason for row in me.subscriptions.exclude(ended_at=None)]"
        assert subscriber.on_the_desk(f"print({ended})") == "['replaced']"
        assert subscriber.on_the_desk("print(me.contact.is_reachable)") == "True"
        subscriber.gets_push("Summer sale")
        desktop.dismiss(desktop.wait_for("Summer sale: 20 % off"))


class TestMovingIn:
    def test_the_browser_is_known_again_and_gets_everything_once(self, subscriber, desktop):
        key = subscriber.on_the_desk(IMPORT_KEY)
        there = subscriber.page.evaluate(SUBSCRIBE_THERE, key)
        name = f"moved-{subscriber.device()}"
        subscriber.on_the_desk(
            IMPORT.format(name=name, endpoint=there["endpoint"], key=key, **there["keys"])
        )

        subscriber.page.reload()

        wait_for(subscriber, "me.contact.external_id", name)
        assert subscriber.page.evaluate(LEFT_THERE) is False
        live = "Subscription.objects.live().filter(device__contact=me.contact).count()"
        assert subscriber.on_the_desk(f"print({live}, me.contact.is_reachable)") == "1 True"
        subscriber.gets_push("Summer sale")
        desktop.dismiss(desktop.wait_for("Summer sale: 20 % off"))
        sent = "me.contact.pushes.filter(asset__name='Summer sale').count()"
        assert subscriber.on_the_desk(f"print({sent})") == "1"


class TestConsent:
    def test_who_has_unsubscribed_comes_back_by_their_own_act_only(self, subscriber):
        subscriber.page.click("#unsubscribe")
        wait_for(subscriber, "bool(me.contact.unsubscribed_at)", "True")

        subscriber.page.reload()
        subscriber.page.wait_for("pushdesk('status').then(s => s.reason === 'unsubscribed')")
        # Asked by the page, not by a press of its visitor.
        subscriber.page.evaluate("pushdesk('askPermission')")
        assert subscriber.on_the_desk("print(me.subscriptions.live().count())") == "0"

        subscriber.page.click("#enable")

        wait_for(subscriber, "me.contact.is_reachable", "True")
        assert subscriber.on_the_desk("print(me.contact.unsubscribed_at)") == "None"

    def test_a_no_that_the_desk_did_not_hear_is_told_on_the_next_visit(self, subscriber):
        subscriber.page.evaluate(DEAF)
        subscriber.page.click("#unsubscribe")
        subscriber.page.wait_for("window.unheard")
        assert subscriber.on_the_desk("print(me.contact.unsubscribed_at)") == "None"

        subscriber.page.reload()

        wait_for(subscriber, "bool(me.contact.unsubscribed_at)", "True")

    def test_a_browser_does_not_subscribe_by_itself_for_who_has_opted_out(self, subscriber):
        subscriber.on_the_desk(
            "from apps.devices import consent, subscriptions; "
            "consent.set_platform_opt_out([me.contact_id], opted_out=True); "
            "subscriptions.end_of_device(me, Subscription.EndReason.GONE)"
        )

        subscriber.page.reload()

        subscriber.page.wait_for("pushdesk('status').then(s => s.reason === 'opted_out')")
        assert subscriber.on_the_desk("print(me.subscriptions.live().count())") == "0"
