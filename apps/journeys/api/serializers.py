"""What the site's own systems send about journeys, and what they are told."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.accounts.api.fields import ExternalIdField, PropertiesField
from apps.accounts.api.serializers import MAX_EVENT_ID, MAX_ITEMS, ItemErrorOut, StrictSerializer
from apps.journeys.models import Journey, Refusal, Terms
from apps.journeys.numbers.statistics import StepNumbers

STATUSES = (("entered", "Entered"), ("duplicate", "Had entered by this id"), ("refused", "Refused"))


class PageIn(StrictSerializer):
    before = serializers.IntegerField(
        required=False, min_value=1, max_value=2**63 - 1, help_text="`next` of the page before."
    )
    status = serializers.ChoiceField(Journey.Status.choices, required=False)


class PeriodIn(StrictSerializer):
    since = serializers.DateTimeField(required=False, help_text="ISO 8601; of all time without.")
    until = serializers.DateTimeField(required=False, help_text="ISO 8601, not included.")


class VersionOut(serializers.Serializer):
    number = serializers.IntegerField()
    published_at = serializers.DateTimeField()


class JourneyOut(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()
    status = serializers.ChoiceField(Journey.Status.choices)
    held = serializers.BooleanField(
        source="is_held", help_text="Those inside stand still too, and nothing is sent."
    )
    entry = serializers.SerializerMethodField(
        help_text="How contacts enter the live version, or will enter the draft."
    )
    live_version = VersionOut(allow_null=True)
    created_at = serializers.DateTimeField()

    @extend_schema_field(serializers.ChoiceField(Terms.Entry.choices))
    def get_entry(self, journey: Journey) -> str:
        return (journey.live_version or journey).entry_kind


class JourneysOut(serializers.Serializer):
    journeys = JourneyOut(many=True)
    next = serializers.IntegerField(
        allow_null=True, help_text="Send it as `before` for the next page; null: this is the last."
    )


class StepOut(serializers.Serializer):
    key = serializers.CharField(help_text="The same in every version.")
    name = serializers.CharField()
    kind = serializers.CharField()
    entered = serializers.IntegerField(help_text="How often contacts came to the step.")
    waiting = serializers.IntegerField(help_text="How many are there now.")
    failed = serializers.IntegerField(help_text="How many an error has stopped there.")
    left = serializers.DictField(
        child=serializers.IntegerField(), help_text="How many left, by outcome."
    )


class JourneyDetailOut(JourneyOut):
    steps = serializers.SerializerMethodField(
        help_text="Those of the live version, in order, with their numbers over all versions."
    )

    @extend_schema_field(StepOut(many=True))
    def get_steps(self, journey: Journey) -> list[dict[str, Any]]:
        numbers: dict[str, StepNumbers] = self.context["numbers"]
        return [
            {
                "key": step.key,
                "name": step.name,
                "kind": step.kind,
                **vars(numbers.get(step.key) or StepNumbers()),
            }
            for step in self.context["steps"]
        ]


class EntryItemIn(StrictSerializer):
    external_id = ExternalIdField()
    properties = PropertiesField(
        required=False, help_text="What the tags `{{ event.… }}` of the journey are filled with."
    )
    id = serializers.CharField(
        required=False,
        max_length=MAX_EVENT_ID,
        help_text="Yours: sent again, the contact does not enter a second time by it.",
    )


@extend_schema_field(EntryItemIn(many=True))
class EntryItemsField(serializers.ListField):
    """Checked one by one later: a wrong one must not stop the others."""


class EntriesIn(StrictSerializer):
    entries = EntryItemsField(min_length=1, max_length=MAX_ITEMS)


class EntryOut(serializers.Serializer):
    item = serializers.IntegerField(help_text="Its index in the list; 0 is the first.")
    external_id = serializers.CharField()
    status = serializers.ChoiceField(STATUSES)
    gate = serializers.ChoiceField(
        Refusal.Gate.choices, required=False, help_text="Which gate of the journey refused it."
    )
    message = serializers.CharField(required=False, help_text="The gate in words.")


class EntriesOut(serializers.Serializer):
    entered = serializers.IntegerField()
    duplicates = serializers.IntegerField(help_text="Had entered by the same id before.")
    refused = serializers.IntegerField(help_text="Kept out by a gate of the journey.")
    entries = EntryOut(many=True)
    errors = ItemErrorOut(many=True)
