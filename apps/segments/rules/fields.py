"""The registry of what a rule can ask of every contact, whatever the site.

The site's own properties are beside it, in the context (apps.segments.rules.context). An app to
the right adds what it knows with `register`.
"""

from dataclasses import dataclass, field

from apps.accounts.models import PushStatus
from apps.segments.rules.sources import (
    ContactColumn,
    JsonProperty,
    RelatedColumn,
    RowCount,
    Source,
)

Choices = list[tuple[str, str]]

# Fields of the site's own properties: `state.first_name`.
STATE = "state."


@dataclass(frozen=True, kw_only=True)
class Field:
    """One thing to ask. `type` decides the operators, `group` where it is offered."""

    name: str
    label: str
    type: str
    source: Source
    group: str
    help: str = ""
    choices: Choices = field(default_factory=list)


FIELDS: dict[str, Field] = {}


def register(*fields: Field) -> None:
    """Add fields to what every rule can ask."""
    FIELDS.update({row.name: row for row in fields})


def of_state(name: str, type: str) -> Field:
    """Return the field of a property of the site's own."""
    return Field(
        name=STATE + name,
        label=name,
        type=type,
        source=JsonProperty(column="state", name=name),
        group="Properties",
    )


def of_event(name: str, type: str) -> Field:
    """Return the field of a property of an event."""
    return Field(
        name=name,
        label=name,
        type=type,
        source=JsonProperty(column="properties", name=name),
        group="Properties",
    )


def _device(name: str, label: str, type: str, source: Source, choices: Choices = ()) -> Field:
    return Field(
        name=f"device.{name}",
        label=label,
        type=type,
        source=source,
        group="Device",
        help="Any device of the contact."
        if type == "date"
        else "Any device of the contact; “is not” means that no device is.",
        choices=list(choices),
    )


DEVICE = "devices.Device"

register(
    Field(
        name="push_status",
        label="Push status of the last session",
        type="status",
        source=ContactColumn(column="push_status"),
        group="Push",
        choices=list(PushStatus.choices),
    ),
    Field(
        name="reachable",
        label="Core: push enabled, user has at least one device",
        type="flag",
        source=ContactColumn(column="is_reachable"),
        group="Push",
    ),
    Field(
        name="opted_out_by_platform",
        label="Opted out of push by the platform",
        type="flag",
        source=ContactColumn(column="push_disabled_by_platform"),
        group="Push",
    ),
    Field(
        name="unsubscribed",
        label="Unsubscribed from push",
        type="date",
        source=ContactColumn(column="unsubscribed_at", is_null_when_empty=True),
        group="Push",
    ),
    Field(
        name="external_id",
        label="External id",
        type="text",
        source=ContactColumn(column="external_id", is_null_when_empty=True),
        group="Core",
        help="Set: known to the site; not set: an anonymous visitor.",
    ),
    Field(
        name="language",
        label="Language",
        type="text",
        source=ContactColumn(column="language"),
        group="Core",
    ),
    Field(
        name="time_zone",
        label="Time zone",
        type="text",
        source=ContactColumn(column="time_zone"),
        group="Core",
    ),
    Field(
        name="first_seen",
        label="First seen",
        type="date",
        source=ContactColumn(column="created_at", is_null_when_empty=True),
        group="Core",
    ),
    Field(
        name="last_seen",
        label="Last seen",
        type="date",
        source=ContactColumn(column="last_seen_at", is_null_when_empty=True),
        group="Core",
    ),
    Field(
        name="sessions",
        label="Number of sessions",
        type="total",
        source=RowCount(model="devices.Session"),
        group="Core",
        help="On all devices of the contact; not set: none that is kept.",
    ),
    _device("browser", "Browser", "text", RelatedColumn(model=DEVICE, column="browser")),
    _device("os", "Operating system", "text", RelatedColumn(model=DEVICE, column="os")),
    _device(
        "first_seen",
        "Device first seen",
        "date",
        RelatedColumn(model=DEVICE, column="created_at"),
    ),
    _device(
        "last_seen",
        "Device last seen",
        "date",
        RelatedColumn(model=DEVICE, column="last_seen_at"),
    ),
    _device(
        "form_factor",
        "Form factor",
        "choice",
        RelatedColumn(
            model=DEVICE, column="is_mobile", stands_for={"mobile": True, "desktop": False}
        ),
        [("mobile", "Mobile"), ("desktop", "Desktop")],
    ),
    _device(
        "language", "Language of a device", "text", RelatedColumn(model=DEVICE, column="language")
    ),
    _device(
        "time_zone",
        "Time zone of a device",
        "text",
        RelatedColumn(model=DEVICE, column="time_zone"),
    ),
)
