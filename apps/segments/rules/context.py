"""What a site knows, which rules may ask for: its properties, events and segments."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from apps.segments.rules.fields import FIELDS, STATE, Field, of_event, of_state

Rule = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class KnownSegment:
    """A segment of the site; `rule` is None where it is an imported list."""

    id: int
    name: str
    rule: Rule | None


@dataclass(frozen=True, kw_only=True)
class Context:
    """All that rules of one site can name, loaded once (apps.segments.catalogue).

    Types are those of `apps.accounts.models.Property.Type`; `events` maps a name to its id.
    """

    site_id: int
    zone: ZoneInfo
    now: datetime
    properties: Mapping[str, str] = field(default_factory=dict)
    events: Mapping[str, int] = field(default_factory=dict)
    event_properties: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    segments: Mapping[int, KnownSegment] = field(default_factory=dict)

    def field(self, name: Any) -> Field | None:
        """Return the field of that name, be it everybody's or the site's own."""
        if not isinstance(name, str):
            return None
        if name.startswith(STATE):
            own = name.removeprefix(STATE)
            return of_state(own, self.properties[own]) if own in self.properties else None
        return FIELDS.get(name)

    def event_field(self, event: str, name: Any) -> Field | None:
        """Return the field of a property of the event."""
        known = self.event_properties.get(event, {})
        if not isinstance(name, str) or name not in known:
            return None
        return of_event(name, known[name])
