"""What to try a draft with: over whom, how long, and what is assumed."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from apps.accounts.models import Site, User
from apps.journeys.dry_runs import options, rates, running
from apps.journeys.dry_runs.assumptions import GUESS
from apps.journeys.dry_runs.drafting import Draft
from apps.journeys.dry_runs.options import (
    ANSWERS,
    BOUNDS,
    MOST_EVENTS,
    REPLIES,
    Options,
    Who,
)
from apps.journeys.dry_runs.rates import ENOUGH
from apps.journeys.models import DryRun, Journey, PopupStep, Version, WebhookStep
from apps.segments.models import Segment

Entry = Version.Entry
USUAL = Options(start=timezone.now())


def _percent(label: str, **more: Any) -> forms.FloatField:
    return forms.FloatField(
        label=label,
        required=False,
        min_value=0,
        max_value=100,
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"), "This is a percentage, 0 to 100."
        ),
        widget=UnfoldAdminDecimalFieldWidget(attrs={"step": "any", "min": 0, "max": 100}),
        **more,
    )


def _whole(name: str, label: str, **more: Any) -> forms.IntegerField:
    least, most = BOUNDS[name]
    wrong = f"This is a whole number from {least} to {most:,}."
    return forms.IntegerField(
        label=label,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), wrong),
        min_value=least,
        max_value=most,
        initial=getattr(USUAL, name),
        widget=UnfoldAdminIntegerFieldWidget(),
        **more,
    )


def _answers(draft: Draft) -> dict[str, float]:
    """Return how the first popup of the draft would be answered, in percents."""
    first = draft.of_kind("popup")[0].config["asset"]
    found = rates.of_popups([first], {}, asking=rates.asking([first]))[first]
    return found.percents


class DryRunForm(forms.Form):
    """`draft` says which assumptions there are to make; None: it makes no sense yet."""

    who = forms.ChoiceField(
        label="Over whom", choices=Who.choices, widget=UnfoldAdminSelectWidget()
    )
    segment = forms.ModelChoiceField(
        Segment.objects.none(), required=False, widget=UnfoldAdminSelectWidget()
    )
    size = _whole(
        "size",
        "How many at most",
        help_text="Drawn by chance, where there are more. More are slower and more exact.",
    )
    days = _whole("days", "For how many days")
    start = forms.DateTimeField(
        label="Beginning",
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"type": "datetime-local"}),
    )
    many = _whole(
        "many",
        "Too many pushes a day are more than",
        help_text="From this journey and all others.",
    )
    seed = _whole(
        "seed",
        "Number of the draw",
        help_text="Decides who is drawn and how luck falls. Keep it to compare two dry runs; "
        "another number tries others.",
    )

    def __init__(self, *args: Any, site: Site, draft: Draft | None, **more: Any) -> None:
        super().__init__(*args, **more)
        self.site, self.draft = site, draft
        self.fields["segment"].queryset = Segment.objects.filter(site=site).order_by("name")
        self.fields["start"].help_text = f"In the site’s time zone, {site.time_zone}. Empty: now."
        # By the name of a field: the option that it belongs to, and its place there.
        self.places: dict[str, tuple[str, str]] = {}
        if draft:
            self._add_entry(draft.terms)
            self._add_events(draft)
            self._add_answers(draft)

    def _add(self, name: str, place: tuple[str, str], field: forms.Field) -> None:
        self.fields[name] = field
        self.places[name] = place

    def _add_entry(self, terms: Version) -> None:
        if terms.entry_kind == Entry.CALL:
            self.fields["calls"] = _percent("Let in by a call, percent", initial=USUAL.calls)
        elif terms.entry_kind == Entry.SEGMENT and terms.members != Version.Members.PRESENT:
            self.fields["joins"] = _percent(
                "Come to meet the rule, percent",
                initial=USUAL.joins,
                help_text="Of those who do not meet it now, within the days.",
            )

    def _add_events(self, draft: Draft) -> None:
        terms = draft.terms
        names = {event for step in draft.steps.values() for _, event, _ in step.listens}
        names |= {terms.exit_event, terms.goal_event}
        if terms.entry_kind == Entry.EVENT:
            names.add(terms.entry_event)
        for number, name in enumerate(sorted(filter(None, names))[:MOST_EVENTS]):
            field = _percent(
                f"“{name}” happens to, percent",
                help_text="Empty: to those to whom it happened in as many days before.",
            )
            self._add(f"event_{number}", ("events", name), field)

    def _add_answers(self, draft: Draft) -> None:
        if draft.of_kind("popup"):
            labels = dict(PopupStep.outcomes)
            usual = _answers(draft)
            for name in ANSWERS:
                field = _percent(f"Popup: {labels[name].lower()}, percent")
                field.widget.attrs["placeholder"] = f"{usual.get(name, 0):.1f}"
                self._add(f"popup_{name}", ("popups", name), field)
            self.fields[f"popup_{ANSWERS[0]}"].help_text = (
                "Left empty, all of them, each popup is answered as it was so far, or by general "
                f"rates where fewer than {ENOUGH} answers of it are known: {GUESS}. The grey "
                "numbers are those of the first popup."
            )
        if draft.of_kind("webhook"):
            labels = dict(WebhookStep.outcomes)
            for name in REPLIES:
                field = _percent(f"Webhook: {labels[name].lower()}, percent")
                field.initial = USUAL.webhooks[name]
                self._add(f"webhook_{name}", ("webhooks", name), field)

    @property
    def basics(self) -> Iterator[forms.BoundField]:
        return (field for field in self if field.name in self.base_fields)

    @property
    def assumed(self) -> Iterator[forms.BoundField]:
        return (field for field in self if field.name not in self.base_fields)

    def options(self) -> dict[str, Any]:
        """Return what was written as options; what is empty is left out."""
        cleaned = {name: value for name, value in self.cleaned_data.items() if value is not None}
        found: dict[str, Any] = {}
        for name, value in cleaned.items():
            if name in self.places:
                option, place = self.places[name]
                found.setdefault(option, {})[place] = value
            else:
                found[name] = value
        if segment := found.pop("segment", None):
            found["segment"] = segment.pk
        if start := found.pop("start", None):
            found["start"] = start.isoformat()
        return found

    def clean(self) -> None:
        """Say all that is wrong at once, at its field."""
        super().clean()
        try:
            options.read(self.options(), now=timezone.now())
        except ValidationError as error:
            self._say(error)

    def begin(self, journey: Journey, by: User) -> DryRun | None:
        """Queue the dry run; None where something was refused, said at its field."""
        try:
            return running.begin(journey, by, self.options())
        except running.Busy as busy:
            self.add_error(None, str(busy))
        except ValidationError as error:
            self._say(error)
        return None

    def _say(self, error: ValidationError) -> None:
        """Put what is wrong with options beside the fields that they are of."""
        if not hasattr(error, "error_dict"):
            self.add_error(None, error)
            return
        for option, messages in error.message_dict.items():
            field = next((n for n, place in self.places.items() if place[0] == option), option)
            if field not in self.errors:
                self.add_error(field if field in self.fields else None, messages)
