"""Whom journeys are for: the rules of theirs that ask for segments and properties."""

from collections.abc import Iterable

from apps.journeys.models import Journey
from apps.segments.usage import Use

OVER = (Journey.Status.FINISHED, Journey.Status.ARCHIVED)


def rules_of_site(site_id: int) -> Iterable[Use]:
    """Yield the entry rules of the site's journeys: of what is live, and of what is written."""
    rows = Journey.objects.filter(site=site_id).exclude(status__in=OVER)
    for row in rows.select_related("live_version", "site"):
        live = row.live_version
        if live is None:
            yield Use(row=row, kind="Journey", rule=row.entry_rule, note="draft")
        elif live.entry_rule == row.entry_rule:
            yield Use(row=row, kind="Journey", rule=row.entry_rule, note=f"live ({live.number})")
        else:
            yield Use(row=row, kind="Journey", rule=live.entry_rule, note=f"live ({live.number})")
            yield Use(row=row, kind="Journey", rule=row.entry_rule, note="not published yet")
