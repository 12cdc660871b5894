"""What the rule builder offers on a site, as plain data for its script."""

from typing import Any

from apps.accounts.house_events import WORDS
from apps.accounts.models import Event, Site
from apps.accounts.privacy import retention
from apps.segments import catalogue
from apps.segments.models import Segment
from apps.segments.rules import Context, grammar
from apps.segments.rules.fields import FIELDS, Field, of_state
from apps.segments.rules.operators import OPERATORS
from apps.segments.rules.ranges import UNITS

# The order in which the groups are offered; those of apps to the right come after.
GROUPS = ["Core", "Push", "Device"]


def of_site(site: Site) -> dict[str, Any]:
    """Return the fields, events, segments and operators of the site, in four queries."""
    context = catalogue.of_site(site)
    return {
        "fields": [_field(field) for field in _fields(context)],
        "events": [
            {
                "name": name,
                "words": WORDS.get(name, ""),
                "properties": [
                    {"name": own, "label": own, "type": type, "choices": [], "help": ""}
                    for own, type in context.event_properties.get(name, {}).items()
                ],
            }
            for name in context.events
        ],
        "segments": _segments(site),
        "operators": {
            type: [{"name": row.name, "label": row.label, "takes": row.takes} for row in rows]
            for type, rows in OPERATORS.items()
        },
        "keeps_events": retention.days_kept(Event._meta.label),
        "units": list(UNITS),
        "zone": site.time_zone,
        "limits": {"depth": grammar.MAX_DEPTH, "conditions": grammar.MAX_CONDITIONS},
    }


def _fields(context: Context) -> list[Field]:
    groups = GROUPS + [field.group for field in FIELDS.values() if field.group not in GROUPS]
    everybody = sorted(FIELDS.values(), key=lambda field: groups.index(field.group))
    return everybody + [of_state(name, type) for name, type in context.properties.items()]


def _field(field: Field) -> dict[str, Any]:
    return {
        "name": field.name,
        "label": field.label,
        "type": field.type,
        "group": field.group,
        "help": field.help,
        "choices": [list(choice) for choice in field.choices],
    }


def _segments(site: Site) -> list[dict[str, Any]]:
    rows = Segment.objects.filter(site=site).order_by("name")
    return [
        {
            "id": pk,
            "name": name,
            "is_list": kind == Segment.Kind.IMPORTED,
            "is_archived": status == Segment.Status.ARCHIVED,
        }
        for pk, name, kind, status in rows.values_list("pk", "name", "kind", "status")
    ]
