"""What a site knows, made up: rules are read without a database."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from apps.segments.rules import Context, KnownSegment

NOW = datetime(2026, 11, 25, 12, 30, tzinfo=UTC)


def a_context(segments=None, **changes):
    """`segments` maps an id to its rule; None makes it a list."""
    values = {
        "site_id": 1,
        "zone": ZoneInfo("Europe/Berlin"),
        "now": NOW,
        "properties": {
            "city": "text",
            "orders": "number",
            "vip": "yes_no",
            "born": "date",
            "tags": "list",
        },
        "events": {"purchase": 1},
        "event_properties": {"purchase": {"price": "number", "item": "text"}},
        "segments": {
            pk: KnownSegment(id=pk, name=f"Segment {pk}", rule=rule)
            for pk, rule in (segments or {}).items()
        },
        **changes,
    }
    return Context(**values)


def field(name, op, value):
    return {"field": name, "op": op, "value": value}


def did(event="purchase", op="gte", value=1, **more):
    return {"event": event, "measure": "count", "op": op, "value": value, **more}


def measured(measure, op, value, of="price", **more):
    return {"event": "purchase", "measure": measure, "of": of, "op": op, "value": value, **more}


def period(amount, unit="days"):
    return {"amount": amount, "unit": unit}


def last(amount, unit="days"):
    return {"op": "in_last", "value": period(amount, unit)}


def in_segment(pk, op="in"):
    return {"segment": pk, "op": op}
