"""On which terms contacts enter and leave: one form a group."""

from typing import Any

from django import forms

from apps.journeys.documents import MAX_ROWS
from apps.journeys.forms.base import BuilderForm
from apps.journeys.forms.fields import (
    DateInput,
    EventInput,
    MomentInput,
    NumbersField,
    PausesField,
    TimeInput,
    WeekdaysField,
    WhereField,
)
from apps.journeys.models import Journey
from apps.segments import rules
from apps.segments.forms import RuleField

Entry, Repeats, Reentry, Zone = (
    Journey.Entry,
    Journey.Repeats,
    Journey.Reentry,
    Journey.Zone,
)
DAYS = "Write days of the month, for example 1, 15."


class EntryForm(BuilderForm):
    entry_where = WhereField(label="Where", event="entry_event")
    entry_rule = RuleField(label="For contacts who")
    weekdays = WeekdaysField(label="On these days")
    month_days = NumbersField(
        label="On these days of the month", required=False, least=1, most=31, told=DAYS, once=True,
        help_text="For example 1, 15. 31 is the last day of shorter months.",
    )  # fmt: skip
    events = (("entry_event", "entry_where"),)
    shown_for = {
        "entry_event": ("entry_kind", (Entry.EVENT,)),
        "entry_where": ("entry_kind", (Entry.EVENT,)),
        "members": ("entry_kind", (Entry.SEGMENT,)),
        "repeats": ("entry_kind", (Entry.SCHEDULE,)),
        "on_date": ("repeats", (Repeats.ONCE,)),
        "weekdays": ("repeats", (Repeats.WEEKLY,)),
        "month_days": ("repeats", (Repeats.MONTHLY,)),
        "at_time": ("entry_kind", (Entry.SCHEDULE,)),
        "zone": ("entry_kind", (Entry.SCHEDULE,)),
    }
    of_schedule = ("on_date", "weekdays", "month_days")

    class Meta:
        model = Journey
        fields = (
            "entry_kind", "entry_event", "entry_where", "repeats", "on_date", "weekdays",
            "month_days", "at_time", "zone", "members", "entry_rule",
        )  # fmt: skip
        widgets = {"entry_event": EventInput(), "on_date": DateInput(), "at_time": TimeInput()}

    def prepare(self) -> None:
        zone = self.journey.site.time_zone
        self.fields["zone"].choices = [
            (Zone.SITE, "The site’s: everybody at the same moment"),
            (Zone.CONTACT, "Each contact’s own"),
        ]
        self.fields["zone"].help_text = f"The site’s is {zone}."

    def counts(self, name: str) -> bool:
        if name in self.of_schedule and self.cleaned_data.get("entry_kind") != Entry.SCHEDULE:
            return False
        return super().counts(name)

    def clean_entry_rule(self) -> dict[str, Any]:
        rule = self.cleaned_data["entry_rule"]
        found = rules.problems(rule, self.known) if rule else []
        if found:
            self.fields["entry_rule"].widget.problems = found
            raise rules.Broken(found)
        return rule

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self.need("entry_event", "Write which event lets contacts in.")
        self.need("on_date", "Write on which day.")
        self.need("weekdays", "Choose the days.")
        self.need("month_days", DAYS)
        self.need("at_time", "Write at what time.")
        return cleaned


class OftenForm(BuilderForm):
    reentry_pauses = PausesField(
        label="Pauses in days",
        help_text="After the first time out, the second, and so on; the last one repeats.",
    )
    excluded = forms.TypedMultipleChoiceField(
        label="Not while inside these journeys", required=False, coerce=int,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    shown_for = {
        "reentry_pauses": ("reentry", (Reentry.PAUSE,)),
        **dict.fromkeys(
            ("max_entries", "max_entries_days"),
            ("reentry", tuple(each for each in Reentry if each != Reentry.ONCE)),
        ),
    }

    class Meta:
        model = Journey
        fields = (
            "reentry", "reentry_pauses", "max_entries", "max_entries_days", "total_cap", "excluded",
        )  # fmt: skip
        labels = {
            "max_entries": "At most so many times per contact",
            "max_entries_days": "Within so many days",
            "total_cap": "At most so many contacts altogether",
        }

    def prepare(self) -> None:
        field = self.fields["excluded"]
        over = (Journey.Status.FINISHED, Journey.Status.ARCHIVED)
        others = Journey.objects.filter(site=self.journey.site_id).exclude(pk=self.journey.pk)
        rows = others.order_by("name").values_list("pk", "name", "status")
        kept = self.instance.excluded
        field.choices = [
            (pk, name) for pk, name, status in rows if status not in over or pk in kept
        ]
        if not field.choices:
            field.help_text = "The site has no other journeys."

    def clean_excluded(self) -> list[int]:
        if len(self.cleaned_data["excluded"]) > MAX_ROWS:
            raise forms.ValidationError(f"Choose at most {MAX_ROWS} of them.")
        return self.cleaned_data["excluded"]


class ExitForm(BuilderForm):
    exit_where = WhereField(label="Where", event="exit_event")
    events = (("exit_event", "exit_where"),)

    class Meta:
        model = Journey
        fields = (
            "exit_event", "exit_where", "exits_on_goal", "exits_with_rule", "timeout_hours",
        )  # fmt: skip
        widgets = {"exit_event": EventInput()}
        labels = {"timeout_hours": "Leave after so many hours inside"}
        help_texts = {
            "exit_event": "Empty: no event lets contacts leave.",
            "timeout_hours": "24 are a day, 168 a week. Empty: as long as it takes.",
        }


class GoalForm(BuilderForm):
    goal_where = WhereField(label="Where", event="goal_event")
    events = (("goal_event", "goal_where"),)

    class Meta:
        model = Journey
        fields = ("goal_event", "goal_where", "goal_hours", "control_percent")
        widgets = {"goal_event": EventInput()}
        labels = {
            "goal_event": "The goal is the event",
            "goal_hours": "Within so many hours of entering",
        }
        help_texts = {
            "goal_event": "What the journey is for, such as purchase. Empty: no goal.",
            "goal_hours": "24 are a day, 168 a week.",
        }


class GeneralForm(BuilderForm):
    class Meta:
        model = Journey
        fields = ("name", "category", "starts_at", "ends_at")
        widgets = {"starts_at": MomentInput(), "ends_at": MomentInput()}
        help_texts = {
            "category": "Marketing and operational journeys have caps of their own.",
        }

    def prepare(self) -> None:
        zone = f"In the site’s time zone, {self.journey.site.time_zone}."
        self.fields["starts_at"].help_text = f"{zone} Empty: from when it is published."
        self.fields["ends_at"].help_text = f"{zone} Empty: without an end."

    def clean_name(self) -> str:
        name = self.cleaned_data["name"].strip()
        taken = Journey.objects.filter(site=self.journey.site_id, name=name)
        if taken.exclude(pk=self.journey.pk).exists():
            raise forms.ValidationError("The site has a journey of this name already.")
        return name

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        start, end = cleaned.get("starts_at"), cleaned.get("ends_at")
        if start and end and end <= start:
            self.add_error("ends_at", "This is before the start.")
        return cleaned


TERMS: dict[str, tuple[str, str, type[BuilderForm]]] = {
    "entry": ("Entry", "login", EntryForm),
    "often": ("How often", "replay", OftenForm),
    "exit": ("Exit", "logout", ExitForm),
    "goal": ("Goal and control group", "flag", GoalForm),
    "general": ("Name, category, dates", "tune", GeneralForm),
}
