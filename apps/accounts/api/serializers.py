"""What the site's own systems send, and what they are told."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.accounts.api.fields import EventNameField, ExternalIdField, PropertiesField, StateField

MAX_ITEMS = 1_000
# Its column holds a prefix too.
MAX_EVENT_ID = 64


class StrictSerializer(serializers.Serializer):
    """Refuses names that it does not know: a typing error must not be taken for success."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if isinstance(data, dict) and (unknown := sorted(data.keys() - self.fields.keys())):
            known = ", ".join(self.fields)
            message = f"There is no such field here; there are {known}."
            raise serializers.ValidationError({name[:100]: [message] for name in unknown[:10]})
        return super().to_internal_value(data)


class ContactFieldsIn(StrictSerializer):
    state = StateField(
        required=False, help_text="Merged into what is there; a value of null removes its name."
    )
    language = serializers.CharField(
        required=False, allow_blank=True, max_length=35, help_text="Such as en or pt-BR."
    )
    time_zone = serializers.CharField(
        required=False, allow_blank=True, max_length=50, help_text="Such as Europe/Berlin."
    )
    push_disabled_by_platform = serializers.BooleanField(
        required=False, help_text="True: no push goes to this contact, whatever they allow."
    )

    def validate_language(self, value: str) -> str:
        # Language, script and region of a tag such as `zh-Hant-TW`, not its extensions.
        return value[:10]


class ContactItemIn(ContactFieldsIn):
    external_id = ExternalIdField()


class EventItemIn(StrictSerializer):
    external_id = ExternalIdField()
    name = EventNameField(help_text="Letters, digits, and _ . : -")
    id = serializers.CharField(
        required=False,
        max_length=MAX_EVENT_ID,
        help_text="Yours: reported again under the same name, the event counts once.",
    )
    at = serializers.DateTimeField(
        required=False, help_text="When it happened, ISO 8601 with its offset; now when left out."
    )
    properties = PropertiesField(required=False)


@extend_schema_field(ContactItemIn(many=True))
class ContactItemsField(serializers.ListField):
    """Checked one by one later: a wrong one must not stop the others."""


@extend_schema_field(EventItemIn(many=True))
class EventItemsField(serializers.ListField):
    """Checked one by one later: a wrong one must not stop the others."""


class ContactsIn(StrictSerializer):
    contacts = ContactItemsField(min_length=1, max_length=MAX_ITEMS)


class EventsIn(StrictSerializer):
    events = EventItemsField(min_length=1, max_length=MAX_ITEMS)
    create_contacts = serializers.BooleanField(
        default=False, help_text="Make the contacts that are not known yet."
    )


class ItemErrorOut(serializers.Serializer):
    item = serializers.IntegerField(help_text="Its index in the list; 0 is the first.")
    field = serializers.CharField(help_text="Empty: the item as a whole.")
    message = serializers.CharField()


class ContactsOut(serializers.Serializer):
    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    errors = ItemErrorOut(many=True)


class EventsOut(serializers.Serializer):
    accepted = serializers.IntegerField()
    duplicates = serializers.IntegerField(help_text="Had been reported before.")
    errors = ItemErrorOut(many=True)


class ErrorOut(serializers.Serializer):
    detail = serializers.CharField()
    code = serializers.CharField(required=False)


class ExportOut(serializers.Serializer):
    contact = serializers.DictField()
