"""Who would get a push, and on what.

On a site of many contacts one bucket of them stands for all (apps.segments.counting), so the
shares are about right there, and exact elsewhere.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Count, QuerySet

from apps.accounts.models import Contact, Site
from apps.assets import compatibility
from apps.assets.compatibility import Client
from apps.devices.models import Subscription
from apps.segments import catalogue, counting, rules
from apps.segments.membership import rule_of
from apps.segments.models import Segment
from apps.segments.rules import Context

SECONDS = 1.0
# Versions are what visitors' browsers say: so many kinds of them are looked at, the commonest.
MOST_GROUPS = 500


@dataclass(frozen=True, kw_only=True)
class Crowd:
    """Whom a message is weighed against: the reachable contacts of the site, or those of them
    in the segment; where there are many, those in one bucket. For a popup also the others."""

    site: Site
    segment: Segment | None = None
    is_sampled: bool = False
    is_reachable: bool = True

    @classmethod
    def of(
        cls, site: Site, segment: Segment | None = None, *, is_reachable: bool = True
    ) -> "Crowd":
        is_sampled = not counting.is_small(site.pk)
        return cls(site=site, segment=segment, is_sampled=is_sampled, is_reachable=is_reachable)

    @cached_property
    def context(self) -> Context:
        return catalogue.of_site(self.site)

    def contacts(self) -> QuerySet[Contact]:
        """Return them, unordered. Raises Broken when the segment's rule cannot be asked."""
        rows = Contact.objects.filter(site=self.site).order_by()
        if self.is_sampled:
            rows = rows.filter(bucket=counting.SAMPLED)
        if self.is_reachable:
            rows = rows.filter(is_reachable=True)
        if self.segment is None:
            return rows
        among = rows.values("pk") if self.is_sampled else None
        return rows.filter(rules.compile(rule_of(self.segment), self.context, among=among))

    @property
    def words(self) -> str:
        if self.segment:
            return "the segment"
        return "those who can be reached" if self.is_reachable else "all contacts"

    @property
    def times(self) -> int:
        """How many each of them stands for."""
        return counting.BUCKETS if self.is_sampled else 1


@dataclass(frozen=True, kw_only=True)
class Group:
    """So many devices of one kind; `client` is None for a browser that the matrix does not know."""

    browser: str
    version: str
    os: str
    count: int
    client: Client | None


@dataclass(frozen=True, kw_only=True)
class Audience:
    """The live devices of a crowd. Counts are of those looked at; `times` makes them whole."""

    groups: tuple[Group, ...]
    times: int = 1

    @cached_property
    def known(self) -> tuple[Group, ...]:
        return tuple(group for group in self.groups if group.client)

    @cached_property
    def total(self) -> int:
        """How many devices the matrix knows: what every share is of."""
        return sum(group.count for group in self.known)

    @cached_property
    def unknown(self) -> dict[str, int]:
        """How many devices it does not know, by browser, the commonest first."""
        found: Counter[str] = Counter()
        for group in self.groups:
            if not group.client:
                found[group.browser or "a browser without a name"] += group.count
        return dict(found.most_common())

    @property
    def is_exact(self) -> bool:
        return self.times == 1

    def share(self, is_one: Callable[[Client], Any]) -> int:
        """Return how many of the known devices are of clients of which that is true."""
        return sum(group.count for group in self.known if is_one(group.client))

    @cached_property
    def browsers(self) -> list[tuple[str, int]]:
        """How many devices each browser of the matrix has, by its label, the commonest first."""
        found: Counter[str] = Counter()
        for group in self.known:
            found[group.client.label] += group.count
        return found.most_common()


def devices(crowd: Crowd) -> Audience:
    """Count the crowd's live devices by browser, version and system, in one query.

    Raises TooSlow (apps.segments.counting) after a second, Broken for a bad rule.
    """
    names = ("device__browser", "device__browser_version", "device__os")
    live = Subscription.objects.live().filter(device__contact__in=crowd.contacts().values("pk"))
    counted = live.order_by().values_list(*names).annotate(count=Count("pk"))
    with counting.at_most(SECONDS, few=crowd.is_sampled):
        rows = list(counted.order_by("-count", *names)[:MOST_GROUPS])
    groups = tuple(
        Group(
            browser=browser,
            version=version,
            os=os,
            count=count,
            client=compatibility.of_device(browser, version, os),
        )
        for browser, version, os, count in rows
    )
    return Audience(groups=groups, times=crowd.times)


def percent(part: int, whole: int) -> str:
    """Return the share in words: never 0 % of some, never 100 % of less than all."""
    if not whole or not part:
        return "0 %"
    share = 100 * part / whole
    if share < 1:
        return "less than 1 %"
    return f"{min(round(share), 100 if part == whole else 99)} %"


def unknown_words(audience: Audience) -> str:
    """Say how many devices are not judged; empty when there is none."""
    count = sum(audience.unknown.values())
    if not count:
        return ""
    names = _few(list(audience.unknown))
    return f"Not known here, and not counted: {percent(count, count + audience.total)} ({names})."


def _few(names: Iterable[str], most: int = 5) -> str:
    names = list(names)
    return ", ".join(names[:most]) + (" …" if len(names) > most else "")
