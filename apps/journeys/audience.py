"""Whom journeys are for: the rules of theirs that ask for segments and properties."""

from collections.abc import Iterable

from apps.journeys.models import Journey
from apps.segments import catalogue, rules
from apps.segments.usage import Use

OVER = (Journey.Status.FINISHED, Journey.Status.ARCHIVED)


def broken(journeys: Iterable[Journey]) -> dict[int, str]:
    """Return by the id of each journey whose entry cannot be asked why that is: of its live
    version, or of what is written where none was published. In three queries for all of them,
    whose `site` and `live_version` are loaded."""
    rows = [row for row in journeys if row.status not in OVER]
    contexts = catalogue.of_sites({row.site_id: row.site for row in rows}.values()) if rows else {}
    found = {}
    for row in rows:
        rule = (row.live_version or row).entry_rule
        if wrong := rules.problems(rule, contexts[row.site_id]):
            found[row.pk] = wrong[0].message
    return found


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
