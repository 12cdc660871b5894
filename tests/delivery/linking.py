from apps.devices import keys, linked_browsers
from apps.devices.subscriptions import NewSubscription
from tests.factories import FIREFOX


def a_linked_browser(user, site, service):
    """Link a browser of the user's that is subscribed at the push service; returns its
    subscription there."""
    public_key = keys.current(site).public_key
    there = service.subscribe(public_key)
    new = NewSubscription(
        endpoint=there.endpoint, p256dh=there.p256dh, auth=there.auth, vapid_key=public_key
    )
    linked_browsers.link(user, site, new, user_agent=FIREFOX)
    return there
