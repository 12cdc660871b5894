"""Linked browsers: where a user of the back office sees test sends of a site.

They are subscribed by the back office's own page, under a scope of its own for each site, with
the site's current key: so that what arrives there arrives as it does on the site.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from django.db.models import QuerySet

from apps.accounts.collisions import until_unique
from apps.accounts.models import Site, User
from apps.devices import subscriptions, user_agents
from apps.devices.models import LinkedBrowser, Subscription, VapidKey
from apps.devices.subscriptions import NewSubscription, SubscriptionRefused

# Of one user on one site: more than anybody tests with.
MOST = 20
# The worker (static/pushdesk-worker.js) knows by it that nothing of a shop is its own.
SCOPE = "/pushdesk-test/"


@dataclass(frozen=True, kw_only=True)
class Linked:
    """A site and the browsers in which the user wants to see its test sends, the newest first;
    `key` is the one to link with, None where the site has none."""

    site: Site
    key: VapidKey | None
    browsers: list[LinkedBrowser]

    @property
    def usable(self) -> list[LinkedBrowser]:
        """Those made with the site's current key; the others are to be linked again."""
        return [each for each in self.browsers if self.is_current(each)]

    def is_current(self, browser: LinkedBrowser) -> bool:
        return self.key is not None and browser.key_id == self.key.pk

    @property
    def scope(self) -> str:
        return f"{SCOPE}{self.site.pk}/"


def of_user(user: User, sites: Iterable[Site]) -> list[Linked]:
    """Return what the user has linked, for each of the sites, in two queries."""
    sites = list(sites)
    newest = VapidKey.objects.filter(site__in=sites, imported_at=None, retired_at=None)
    # The last of a site wins.
    keys = {key.site_id: key for key in newest.defer("private_key").order_by("pk")}
    found: dict[int, list[LinkedBrowser]] = {}
    for row in _of(user).filter(key__site__in=sites).select_related("key"):
        found.setdefault(row.key.site_id, []).append(row)
    return [
        Linked(site=site, key=keys.get(site.pk), browsers=found.get(site.pk, [])) for site in sites
    ]


def link(user: User, site: Site, new: NewSubscription, *, user_agent: str) -> LinkedBrowser:
    """Link the browser to the user, in place of what it was linked by before.

    The subscription must be made with the site's current key. Raises SubscriptionRefused; nothing
    is written then.
    """
    subscriptions.check(new)
    return until_unique(partial(_link, user, site, new, user_agent))


def _link(user: User, site: Site, new: NewSubscription, user_agent: str) -> LinkedBrowser:
    # Two links at once would both find room.
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    (linked,) = of_user(user, [site])
    if linked.key is None or linked.key.public_key != new.vapid_key.rstrip("="):
        raise SubscriptionRefused("vapid_key", "The site has a new key: load the page again.")
    # The browser is hers who uses it now, whoever had linked it, and it has one subscription.
    known = [Subscription.hash_of(each) for each in (new.endpoint, new.old_endpoint) if each]
    LinkedBrowser.objects.filter(endpoint_hash__in=known, key__site=site).delete()
    if _of(user).filter(key__site=site).count() >= MOST:
        raise SubscriptionRefused("endpoint", f"At most {MOST} browsers: unlink one first.")
    if LinkedBrowser.objects.filter(endpoint_hash=known[0]).exists():
        raise SubscriptionRefused("endpoint", "This browser is linked under another site.")
    browser = user_agents.read(user_agent)
    return LinkedBrowser.objects.create(
        user=user,
        key=linked.key,
        endpoint=new.endpoint,
        endpoint_hash=known[0],
        p256dh=new.p256dh.rstrip("="),
        auth=new.auth.rstrip("="),
        browser=browser.name,
        os=browser.os,
    )


def unlink(user: User, browser_id: int) -> Site | None:
    """Unlink a browser of the user's own; returns its site, or None when she has no such."""
    row = _of(user).filter(pk=browser_id).select_related("key__site").first()
    if row is None:
        return None
    row.delete()
    return row.key.site


def forget_gone(browser_ids: Iterable[int]) -> None:
    """Unlink browsers whose push service says that they have ended their subscription."""
    LinkedBrowser.objects.filter(pk__in=list(browser_ids)).delete()


def _of(user: User) -> QuerySet[LinkedBrowser]:
    return LinkedBrowser.objects.filter(user=user)
