"""What comes from outside, so from anyone: every size is bounded here."""

import json
from typing import Any

from rest_framework import serializers

from apps.accounts import external_ids
from apps.accounts.contacts import MAX_STATE_BYTES, MAX_STATE_NAMES
from apps.accounts.events import MAX_PROPERTIES, MAX_PROPERTIES_BYTES, NAME, is_reserved

MAX_NAME = 100


class BoundedJSONField(serializers.JSONField):
    """A JSON object of at most `max_bytes` and `max_names`."""

    def __init__(self, *, max_bytes: int, max_names: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.max_bytes, self.max_names = max_bytes, max_names

    def to_internal_value(self, value: Any) -> dict[str, Any]:
        value = super().to_internal_value(value)
        if not isinstance(value, dict):
            raise serializers.ValidationError("Send an object of names and values.")
        if len(value) > self.max_names:
            raise serializers.ValidationError(f"At most {self.max_names} names.")
        if any(len(name) > MAX_NAME for name in value):
            raise serializers.ValidationError(f"A name has at most {MAX_NAME} characters.")
        if len(json.dumps(value)) > self.max_bytes:
            raise serializers.ValidationError(f"At most {self.max_bytes} bytes of JSON.")
        return value


class StateField(BoundedJSONField):
    """Changes to a contact's state; a value of null removes its name."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_bytes=MAX_STATE_BYTES, max_names=MAX_STATE_NAMES, **kwargs)


class PropertiesField(BoundedJSONField):
    """The properties of an event."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_bytes=MAX_PROPERTIES_BYTES, max_names=MAX_PROPERTIES, **kwargs)


class ExternalIdField(serializers.CharField):
    def to_internal_value(self, value: Any) -> str:
        value = super().to_internal_value(value)
        if problem := external_ids.problem(value):
            raise serializers.ValidationError(problem)
        return value


class EventNameField(serializers.RegexField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(NAME, **kwargs)

    def to_internal_value(self, value: Any) -> str:
        value = super().to_internal_value(value)
        if is_reserved(value):
            raise serializers.ValidationError(
                "Names that begin like this are tracked by Pushdesk itself."
            )
        return value
