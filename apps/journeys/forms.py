from collections import defaultdict
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import ModelChoiceField
from django.utils.functional import cached_property
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from apps.accounts.inlines import PolymorphicFormSet
from apps.assets import models as assets
from apps.journeys import flow
from apps.journeys.models import Journey, Lead, PopupStep, PushStep, Step, WaitStep
from apps.journeys.models.terms import check_pauses
from apps.segments.forms import RuleField, RuleForm

LEAD = "lead_"
Choices = list[tuple[str, str]]


class PausesField(forms.CharField):
    """Days as people write them: 3, 7, 30."""

    widget = UnfoldAdminTextInputWidget
    default_validators = [check_pauses]

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(str(days) for days in value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[int]:
        parts = [part.strip() for part in str(value or "").split(",") if part.strip()]
        if not all(part.isdecimal() for part in parts):
            raise ValidationError("Write the days of each pause, for example 3, 7, 30.")
        return [int(part) for part in parts]


class JourneyForm(RuleForm):
    rule_field = "entry_rule"
    entry_rule = RuleField(label="For contacts who meet this")
    reentry_pauses = PausesField(
        label="Pauses in days",
        initial="3, 7, 30",
        help_text="After the first time out, the second, and so on; the last one repeats. "
        "Counts only for “Again after a pause that can grow”.",
    )

    class Meta:
        model = Journey
        fields = (
            "site",
            "name",
            "category",
            "entry_event",
            "entry_rule",
            "reentry",
            "reentry_pauses",
        )


class StepForm(forms.ModelForm):
    """A step, and for each outcome of its kind where it leads."""

    asset = ""
    position = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=1000,
        widget=UnfoldAdminIntegerFieldWidget(),
        help_text="The journey begins with the lowest. Empty: the last.",
    )
    name = forms.CharField(
        required=False,
        max_length=100,
        widget=UnfoldAdminTextInputWidget(),
        help_text="As the numbers will show it. Empty: a name is made.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            self.initial["position"] = None

    @property
    def outcomes(self) -> tuple[tuple[str, str], ...]:
        return self._meta.model.outcomes

    def has_changed(self) -> bool:
        """A row that was added counts as written, even with nothing but defaults in it."""
        return self.instance.pk is None or super().has_changed()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("name"):
            wait = f"Wait {cleaned.get('amount')} {cleaned.get('unit')}"
            cleaned["name"] = str(cleaned.get(self.asset) if self.asset else wait)[:100]
        if cleaned.get("position") is None:
            cleaned["position"] = 32_000
        return cleaned

    def wanted(self) -> dict[str, str]:
        return {name: self.cleaned_data.get(LEAD + name, flow.END) for name, _ in self.outcomes}


def _step_form(model: type[Step], *, asset: str = "") -> type[StepForm]:
    fields = {
        LEAD + name: forms.ChoiceField(
            label=f"{label} →", required=False, widget=UnfoldAdminSelectWidget()
        )
        for name, label in model.outcomes
    }
    return type(StepForm)(f"{model.__name__}Form", (StepForm,), {**fields, "asset": asset})


FORMS: dict[type[Step], type[StepForm]] = {
    PopupStep: _step_form(PopupStep, asset="popup"),
    PushStep: _step_form(PushStep, asset="push"),
    WaitStep: _step_form(WaitStep),
}


def lead_names(model: type[Step]) -> list[str]:
    return [LEAD + name for name, _ in model.outcomes]


def lead_rows(model: type[Step]) -> list[tuple[str, ...]]:
    """Return the fields of the leads, two in a row."""
    names = lead_names(model)
    return [tuple(names[start : start + 2]) for start in range(0, len(names), 2)]


class StepFormSet(PolymorphicFormSet):
    """The steps of a journey with their leads, in a constant number of queries."""

    @cached_property
    def steps(self) -> list[Step]:
        return list(self.get_queryset())

    @cached_property
    def leads(self) -> dict[int, dict[str, int]]:
        found: dict[int, dict[str, int]] = defaultdict(dict)
        for lead in Lead.objects.filter(step__journey=self.instance.pk):
            found[lead.step_id][lead.outcome] = lead.target_id
        return found

    @cached_property
    def assets(self) -> dict[str, Choices]:
        archived = assets.Asset.Status.ARCHIVED
        found: dict[str, Choices] = {}
        for name, model in (("popup", assets.Popup), ("push", assets.Push)):
            in_use = [getattr(step, f"{name}_id", None) for step in self.steps]
            rows = model.objects.filter(site=self.instance.site_id).order_by("name")
            found[name] = [("", "Select value")] + [
                (pk, label if status == "active" else f"{label} ({status})")
                for pk, label, status in rows.values_list("pk", "name", "status")
                if status != archived or pk in in_use
            ]
        return found

    def add_fields(self, form: StepForm, index: int | None) -> None:
        super().add_fields(form, index)
        self._offer_leads(form)
        if form.asset:
            field: ModelChoiceField = form.fields[form.asset]
            field.queryset = field.queryset.filter(site=self.instance.site_id)
            field.choices = self.assets[form.asset]
            field.widget.choices = field.choices

    def _offer_leads(self, form: StepForm) -> None:
        own = form.instance.pk
        others = [(str(step.pk), step.name) for step in self.steps if step.pk != own]
        after = flow.following(self.steps, form.instance) if own else None
        for name, _ in form.outcomes:
            form.fields[LEAD + name].choices = [
                (flow.END, "End of the journey"),
                (flow.NEXT, "Next step"),
                *others,
            ]
            target = self.leads[own].get(name) if own else None
            is_next = target == after.pk if target and after else False
            form.initial[LEAD + name] = flow.NEXT if is_next else str(target or flow.END)
        if own is None:
            form.initial[LEAD + form.outcomes[0][0]] = flow.NEXT

    def clean(self) -> None:
        super().clean()
        removed = {
            str(form.instance.pk): form.instance.name
            for form in self.initial_forms
            if self._should_delete_form(form)
        }
        for form in self._remaining():
            for name in lead_names(form._meta.model):
                if form.cleaned_data.get(name) in removed:
                    gone = removed[form.cleaned_data[name]]
                    form.add_error(name, f"“{gone}” is being removed; choose another step.")

    def _remaining(self) -> list[StepForm]:
        forms = [form for form in self.forms if hasattr(form, "cleaned_data")]
        return [form for form in forms if not self._should_delete_form(form)]

    def save(self, commit: bool = True) -> list[Step]:
        saved = super().save(commit=commit)
        if commit:
            ordered = sorted(self._remaining(), key=lambda form: form.cleaned_data["position"])
            wanted = {form.instance.pk: form.wanted() for form in ordered}
            flow.connect([form.instance for form in ordered], wanted)
        return saved
