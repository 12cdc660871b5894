from rest_framework import serializers

from apps.delivery.popups import Report
from apps.delivery.receipts import Kind


class PopupReportIn(serializers.Serializer):
    kind = serializers.ChoiceField(Report.choices)
    button = serializers.IntegerField(min_value=0, max_value=20, required=False, allow_null=True)


class NextPopupOut(serializers.Serializer):
    popup = serializers.DictField(allow_null=True, help_text="Texts only; null for none.")
    wait = serializers.IntegerField(allow_null=True, help_text="Seconds until asking is useful.")
    query = serializers.BooleanField(
        help_text="Whether a popup may be for this page, and the query of its address would tell."
    )


class PreviewIn(serializers.Serializer):
    token = serializers.CharField(max_length=500, help_text="From the link.")


class PreviewOut(serializers.Serializer):
    popup = serializers.DictField(help_text="As one that is shown, with what buttons would do.")


class ReceiptIn(serializers.Serializer):
    id = serializers.UUIDField()
    token = serializers.CharField(max_length=64)
    kind = serializers.ChoiceField(Kind.choices)
    button = serializers.IntegerField(min_value=1, max_value=10, required=False, allow_null=True)
    at = serializers.DateTimeField(required=False, allow_null=True)
