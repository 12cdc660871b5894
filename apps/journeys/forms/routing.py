"""Steps that choose a path."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from apps.journeys.forms.base import StepForm
from apps.journeys.forms.rows import Row, rows_of
from apps.journeys.models import CheckStep, Journey, LeaveStep, LimitStep, SplitStep, StartStep
from apps.segments import rules
from apps.segments.forms import RuleField


class BranchRow(Row):
    key = forms.CharField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(label="Branch", max_length=100)
    rule = RuleField(label="For contacts who")

    def clean_rule(self) -> dict[str, Any]:
        rule = self.cleaned_data["rule"]
        found = rules.problems(rule, self.known) if rule else []
        if found:
            self.fields["rule"].widget.problems = found
            raise rules.Broken(found)
        return rule


class CheckForm(StepForm):
    rows = {
        "branches": rows_of(
            BranchRow,
            heading="Branches, the first that is met leads on",
            add="Add a branch",
            reserved=("none",),
        )
    }
    begins_with = {"branches": [{"key": "yes", "name": "Yes", "rule": {}}]}

    class Meta:
        model = CheckStep
        fields = ("name",)


class PathRow(Row):
    key = forms.CharField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(label="Path", max_length=100)
    weight = forms.IntegerField(
        label="Weight", min_value=1, max_value=1000, initial=50,
        widget=forms.NumberInput(attrs={"data-weight": ""}),
    )  # fmt: skip


class SplitForm(StepForm):
    rows = {
        "paths": rows_of(
            PathRow,
            heading="Paths by chance",
            add="Add a path",
            note="The same contact always takes the same path.",
        )
    }
    begins_with = {
        "paths": [
            {"key": "a", "name": "A", "weight": 50},
            {"key": "b", "name": "B", "weight": 50},
        ]
    }

    class Meta:
        model = SplitStep
        fields = ("name",)


class LimitForm(StepForm):
    class Meta:
        model = LimitStep
        fields = ("most", "period", "name")
        labels = {"most": "Let go on at most"}


class StartForm(StepForm):
    class Meta:
        model = StartStep
        fields = ("target", "name")
        labels = {"target": "Journey"}
        help_texts = {
            "target": "One of this site that is entered by the API or by another journey."
        }

    def prepare(self) -> None:
        field = self.fields["target"]
        of_site = Journey.objects.filter(site=self.journey.site_id).exclude(pk=self.journey.pk)
        field.queryset = of_site
        over = (Journey.Status.FINISHED, Journey.Status.ARCHIVED)
        rows = of_site.filter(entry_kind=Journey.Entry.CALL).exclude(status__in=over)
        chosen = of_site.filter(pk=self.instance.target_id)
        names = (rows | chosen).order_by("name").values_list("pk", "name")
        field.choices = [("", "Choose one"), *names]
        if not names:
            field.help_text = "The site has none yet that is entered by the API or another journey."

    def made_name(self, values: Mapping[str, Any], rows: Sequence[Mapping[str, Any]] = ()) -> str:
        target = values.get("target")
        return f"Start {target}" if target else "Start journey"


class LeaveForm(StepForm):
    class Meta:
        model = LeaveStep
        fields = ("name",)
