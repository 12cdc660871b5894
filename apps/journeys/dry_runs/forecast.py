"""What may happen in the days to come: what each contact did in the days that are past.

History is shifted by whole weeks, so that days of the week and times of day stay what they are.
"""

import math
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.db.models import Q

from apps.accounts.id_lists import listed
from apps.accounts.models import Event
from apps.delivery.caps import COUNTING
from apps.delivery.models import Push
from apps.devices.models import Session
from apps.journeys.dry_runs.options import Options
from apps.journeys.models import Trigger
from apps.segments import rules
from apps.segments.rules import Context

WEEK = timedelta(weeks=1)
# More are not read, so that memory stays bounded; the result says so.
MOST_ROWS = 400_000

Moments = dict[int, list[datetime]]


@dataclass(kw_only=True)
class Forecast:
    """Reads what the contacts of `ids` did, and says when they would do it again."""

    ids: list[int]
    options: Options
    now: datetime
    context: Context
    is_cut: bool = False

    @cached_property
    def shift(self) -> timedelta:
        ahead = self.options.end - self.now
        return max(math.ceil(ahead / WEEK), 1) * WEEK

    @cached_property
    def window(self) -> tuple[datetime, datetime]:
        """From when until before when the history lies."""
        return self.options.start - self.shift, self.options.end - self.shift

    def events(self, name: str, where: list[dict[str, Any]]) -> Moments:
        """Return by contact when an event of this name, with such properties, would happen."""
        if name not in self.context.events:
            return {}
        condition = Trigger(event=name, where=where).condition
        try:
            rules.require(condition, self.context)
        except rules.Broken:
            return {}
        rows = Event.objects.filter(
            rules.events_meant(condition, self.context), self._within("at"), self._mine
        )
        return self._shifted(rows.order_by("at", "pk").values_list("contact", "at")[:MOST_ROWS])

    def sessions(self) -> dict[int, list[tuple[datetime, datetime]]]:
        """Return by contact from when until when they would be on the site."""
        rows = Session.objects.filter(self._within("started_at"), self._mine)
        found: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
        read = list(
            rows.order_by("started_at", "pk").values_list("contact", "started_at", "last_seen_at")[
                :MOST_ROWS
            ]
        )
        self.is_cut |= len(read) == MOST_ROWS
        for contact, begin, end in read:
            found[contact].append((begin + self.shift, max(begin, end) + self.shift))
        return found

    def pushes(self, days: int) -> list[tuple[int, datetime, str, str]]:
        """Return contact, moment, category and campaign of the pushes to them of the last `days`
        and of the history, as they were."""
        begin = min(self.now - timedelta(days=days), self.window[0])
        rows = Push.objects.filter(self._mine, status__in=COUNTING, queued_at__gte=begin)
        seen: dict[tuple[int, str], tuple[int, datetime, str, str]] = {}
        for contact, key, *rest in rows.order_by("queued_at", "pk").values_list(
            "contact", "key", "queued_at", "category", "campaign"
        )[:MOST_ROWS]:
            # To several devices it is one.
            seen.setdefault((contact, key), (contact, *rest))
        return list(seen.values())

    def shifted(self, moment: datetime) -> datetime | None:
        """Return when what happened then would again; None where that is outside the run."""
        begin, end = self.window
        return moment + self.shift if begin <= moment < end else None

    @property
    def _mine(self) -> Q:
        return Q(contact__in=listed(self.ids))

    def _within(self, field: str) -> Q:
        begin, end = self.window
        return Q(**{f"{field}__gte": begin, f"{field}__lt": end})

    def _shifted(self, rows: Any) -> Moments:
        found: Moments = defaultdict(list)
        number = 0
        for contact, at in rows:
            found[contact].append(at + self.shift)
            number += 1
        self.is_cut |= number == MOST_ROWS
        return found
