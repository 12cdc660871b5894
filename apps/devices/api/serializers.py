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


OPTED_OUT = "The contact wants no push: subscribe only when they ask for it themselves."


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
    old_vapid_keys = serializers.ListField(
        child=serializers.CharField(),
        help_text="Keys whose subscriptions are to move to `vapid_key`: the site’s earlier ones "
        "and those of its earlier provider.",
    )
    opted_out = serializers.BooleanField(help_text=OPTED_OUT)


class KeysIn(serializers.Serializer):
    p256dh = serializers.CharField(max_length=100)
    auth = serializers.CharField(max_length=40)


class SubscriptionIn(serializers.Serializer):
    endpoint = serializers.CharField(max_length=2000)
    keys = KeysIn()
    vapid_key = serializers.CharField(max_length=100)
    old_endpoint = serializers.CharField(
        max_length=2000,
        allow_blank=True,
        default="",
        help_text="What it takes the place of: ours, or that of the site’s earlier provider.",
    )
    opted_in = serializers.BooleanField(
        default=False,
        help_text="Only after the visitor’s own act: an earlier “unsubscribe” of theirs is over.",
    )


class IdentifyIn(serializers.Serializer):
    external_id = ExternalIdField()
    hash = serializers.CharField(
        max_length=1000,
        allow_blank=True,
        allow_null=True,
        default=None,
        help_text="`<expiry in Unix seconds>.<hex HMAC-SHA256 of external id, line feed and "
        "expiry>`, made on the site’s server with an identity secret.",
    )
    state = StateField(default=dict, required=False)
    language = serializers.CharField(max_length=35, allow_blank=True, default="")


class ContactStateOut(serializers.Serializer):
    contact = ContactOut()
    opted_out = serializers.BooleanField(help_text=OPTED_OUT)


class EventIn(serializers.Serializer):
    id = serializers.UUIDField(
        required=False, help_text="Made by the sender: sent twice, the event counts once."
    )
    name = EventNameField()
    properties = PropertiesField(default=dict, required=False)
