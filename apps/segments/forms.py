"""The rule in a form: whoever has one, in whichever app, edits it with this."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from unfold.widgets import UnfoldAdminTextareaWidget

from apps.accounts.models import Site
from apps.segments import catalogue, rules


class RuleField(forms.JSONField):
    """A rule (apps.segments.rules); empty means everybody."""

    widget = UnfoldAdminTextareaWidget

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"required": False, **options})

    def clean(self, value: Any) -> Any:
        return super().clean(value) or {}


class RuleForm(forms.ModelForm):
    """Checks the rule in `rule_field` against what the instance's site knows."""

    rule_field = "rule"

    def site(self) -> Site | None:
        return self.cleaned_data.get("site") or getattr(self.instance, "site", None)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        rule, site = cleaned.get(self.rule_field), self.site()
        if rule and site:
            try:
                rules.require(rule, catalogue.of_site(site), inside=self.inside())
            except ValidationError as error:
                self.add_error(self.rule_field, error)
        return cleaned

    def inside(self) -> tuple[int, ...]:
        """Return the segments that are being asked already: the one whose rule this is."""
        return ()
