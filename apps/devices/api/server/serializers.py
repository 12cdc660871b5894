from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.accounts.models import Contact, PushStatus
from apps.devices import reachability


class ReasonOut(serializers.Serializer):
    code = serializers.CharField()
    text = serializers.CharField()


class ConsentOut(serializers.Serializer):
    push_disabled_by_platform = serializers.BooleanField()
    unsubscribed_at = serializers.DateTimeField(allow_null=True)


class ContactDetailOut(serializers.Serializer):
    external_id = serializers.CharField()
    state = serializers.DictField()
    language = serializers.CharField()
    time_zone = serializers.CharField()
    push_status = serializers.ChoiceField(
        PushStatus.choices, help_text="Push status of the last session."
    )
    reachable = serializers.BooleanField(
        source="is_reachable", help_text="Core: push enabled, user has at least one device."
    )
    reasons = serializers.SerializerMethodField(help_text="Why not reachable, in words too.")
    consent = ConsentOut(source="*")
    first_seen_at = serializers.DateTimeField(source="created_at")
    last_seen_at = serializers.DateTimeField(allow_null=True)

    @extend_schema_field(ReasonOut(many=True))
    def get_reasons(self, contact: Contact) -> list[dict[str, str]]:
        return [
            {"code": reason.value, "text": str(reason.label)}
            for reason in reachability.reasons(contact)
        ]
