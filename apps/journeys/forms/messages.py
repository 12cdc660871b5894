"""Popups and pushes."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from apps.accounts.models import Site
from apps.assets import models as assets
from apps.journeys.forms.base import StepForm, asset_choices
from apps.journeys.forms.fields import TimeInput
from apps.journeys.forms.rows import Row, rows_of
from apps.journeys.models import PopupStep, PushStep

# The right without which a switch cannot be turned off, or on again.
RIGHTS = {
    "respects_caps": "journeys.send_without_caps",
    "respects_consent": "journeys.send_without_consent",
}


class PopupForm(StepForm):
    opens = {"popup": "admin:assets_popup"}

    class Meta:
        model = PopupStep
        fields = ("popup", "name")
        help_texts = {"popup": "What the contact meets on the site. It must be active to be shown."}

    def prepare(self) -> None:
        self.offer_assets("popup", assets.Popup, self.instance.popup_id)

    def made_name(self, values: Mapping[str, Any], rows: Sequence[Mapping[str, Any]] = ()) -> str:
        return str(values.get("popup") or "Popup")


class AlternativeRow(Row):
    push = forms.ModelChoiceField(assets.Push.objects.none(), label="Push")
    share = forms.IntegerField(
        label="Weight", min_value=1, max_value=100, initial=1,
        widget=forms.NumberInput(attrs={"data-weight": ""}),
    )  # fmt: skip

    def prepare(self, site: Site) -> None:
        field = self.fields["push"]
        field.queryset = assets.Push.objects.filter(site=site)
        if not hasattr(site, "_pushes_offered"):
            kept = set(assets.Push.objects.filter(site=site).values_list("pk", flat=True))
            site._pushes_offered = asset_choices(assets.Push, site.pk, kept)
        field.choices = site._pushes_offered


class PushForm(StepForm):
    rows = {
        "alternatives": rows_of(
            AlternativeRow,
            heading="Other pushes to compare with",
            add="Add a push",
            note="Contacts are shared out by weight; the same contact always gets the same one.",
            below_needs_row=True,
        )
    }
    below = {"alternatives": ("share", "winner_after")}
    opens = {"push": "admin:assets_push"}
    shown_for = {"fixed_time": ("hours", (PushStep.Hours.FIXED,))}

    class Meta:
        model = PushStep
        fields = (
            "push", "share", "winner_after", "devices", "hours", "fixed_time",
            "respects_caps", "respects_consent", "name",
        )  # fmt: skip
        widgets = {
            "fixed_time": TimeInput(),
            "share": forms.NumberInput(attrs={"data-weight": ""}),
        }
        labels = {
            "share": "Weight of the first push",
            "winner_after": "Send only the best after so many pushes",
            "fixed_time": "At",
            "respects_caps": "Keep to the caps",
            "respects_consent": "Only to those who have not opted out",
        }
        help_texts = {
            "push": "It must be active to be sent.",
            "share": "Compared with the weights above.",
            "winner_after": "Counted over all of them. 0: they go on being compared for ever.",
            "fixed_time": "In the contact’s time zone.",
            "respects_caps": "How many pushes a contact gets at most, over all journeys.",
        }

    def prepare(self) -> None:
        self.offer_assets("push", assets.Push, self.instance.push_id)
        for name, right in RIGHTS.items():
            if self.user is None or not self.user.has_perm(right):
                self.fields[name].disabled = True
                self.fields[name].help_text = "You do not have the right to change this."

    def initial_rows(self, name: str) -> list[dict[str, Any]]:
        if self.instance.pk is None:
            return []
        return [
            {"push": row.push_id, "share": row.share} for row in self.instance.alternatives.all()
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self.need("fixed_time", "Write at which hour it is sent.")
        rows = self.formsets["alternatives"]
        if rows.is_valid():
            taken = {cleaned.get("push")}
            for row in rows.ordered_forms:
                if row.cleaned_data["push"] in taken:
                    row.add_error("push", "This push is chosen already; choose each once.")
                else:
                    taken.add(row.cleaned_data["push"])
        return cleaned

    def made_name(self, values: Mapping[str, Any], rows: Sequence[Mapping[str, Any]] = ()) -> str:
        return str(values.get("push") or "Push")

    def save(self, commit: bool = True) -> PushStep:
        step = super().save(commit)
        if commit:
            self.save_alternatives(step)
        return step

    def save_alternatives(self, step: PushStep) -> None:
        """Make the other pushes those that were written, once the step is stored."""
        wanted = [(row["push"].pk, row["share"]) for row in self.formsets["alternatives"].values()]
        stored = list(step.alternatives.values_list("push", "share"))
        if stored != wanted:
            step.alternatives.all().delete()
            for push, share in wanted:
                step.alternatives.create(push_id=push, share=share)
        # What was loaded with the step is what was there before.
        getattr(step, "_prefetched_objects_cache", {}).pop("alternatives", None)
