"""What comes from a visitor's browser, so from anyone: every size is bounded here."""

from rest_framework import serializers

from apps.accounts.api.fields import EventNameField, ExternalIdField, PropertiesField, StateField
from apps.accounts.contacts import ZONES
from apps.accounts.models import PushStatus

REPORTABLE = [choice for choice in PushStatus.choices if choice[0] != PushStatus.SUSPENDED]


class SessionIn(serializers.Serializer):
    push_status = serializers.ChoiceField(REPORTABLE)
    time_zone = serializers.CharField(max_length=50, allow_blank=True, default="")
    languages = serializers.ListField(
        child=serializers.CharField(max_length=35), max_length=20, default=list
    )
    url = serializers.CharField(allow_blank=True, default="")

    def validate_time_zone(self, value: str) -> str:
        return value if value in ZONES else ""

    def validate_url(self, value: str) -> str:
        # Addresses carry what people typed; the path is what a marketer segments by.
        return value.split("#")[0].split("?")[0][:1000]


class DeviceOut(serializers.Serializer):
    id = serializers.UUIDField()
    secret = serializers.CharField(required=False, help_text="Only for a device just made.")


class SessionStateOut(serializers.Serializer):
    id = serializers.IntegerField()
    is_new = serializers.BooleanField()


class ContactOut(serializers.Serializer):
    external_id = serializers.CharField(allow_null=True)


class SessionOut(serializers.Serializer):
    device = DeviceOut()
    session = SessionStateOut()
    contact = ContactOut()
    vapid_key = serializers.CharField()
    subscribed = serializers.BooleanField(
        help_text="Whether a live subscription made with `vapid_key` is stored for the device."
    )
    opted_out = serializers.BooleanField()


class KeysIn(serializers.Serializer):
    p256dh = serializers.CharField(max_length=100)
    auth = serializers.CharField(max_length=40)


class SubscriptionIn(serializers.Serializer):
    endpoint = serializers.CharField(max_length=2000)
    keys = KeysIn()
    vapid_key = serializers.CharField(max_length=100)
    old_endpoint = serializers.CharField(max_length=2000, allow_blank=True, default="")


class IdentifyIn(serializers.Serializer):
    external_id = ExternalIdField()
    state = StateField(default=dict, required=False)
    language = serializers.CharField(max_length=35, allow_blank=True, default="")


class ContactStateOut(serializers.Serializer):
    contact = ContactOut()


class EventIn(serializers.Serializer):
    id = serializers.UUIDField(
        required=False, help_text="Made by the sender: sent twice, the event counts once."
    )
    name = EventNameField()
    properties = PropertiesField(default=dict, required=False)
