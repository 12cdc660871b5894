"""The rule in a form: whoever has one, in whichever app, edits it with this.

Without JavaScript it is a text area with JSON; with it, the rule builder.
"""

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.urls import reverse_lazy
from unfold.widgets import UnfoldAdminTextareaWidget

from apps.accounts.models import Site
from apps.segments import catalogue, reading, rules
from apps.segments.rules import Context, Problem


class RuleWidget(UnfoldAdminTextareaWidget):
    """A text area that `rule_builder/main.js` makes a rule builder of.

    `site` is whose rule it is, where that is known; `inside` the segment that it belongs to.
    """

    template_name = "admin/segments/rule_widget.html"
    site: Site | None = None
    inside: int | None = None

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"rows": 8, "spellcheck": "false", **(attrs or {})})
        self.problems: list[Problem] = []

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["builder"] = {
            "site": self.site.pk if self.site else None,
            "inside": self.inside,
            "problems": [{"path": row.path, "message": row.message} for row in self.problems],
            "catalogue": reverse_lazy("admin:segments_segment_offers"),
            "values": reverse_lazy("admin:segments_segment_values"),
            "count": reverse_lazy("admin:segments_segment_count"),
        }
        return context


class RuleField(forms.JSONField):
    """A rule (apps.segments.rules); empty means everybody."""

    widget = RuleWidget

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"required": False, **options})

    def to_python(self, value: Any) -> Any:
        try:
            found = reading.read(value) if isinstance(value, str) and value.strip() else None
        except reading.Unreadable as error:
            raise ValidationError(str(error)) from error
        return {} if found is None else found

    def bound_data(self, data: Any, initial: Any) -> Any:
        """Return what was typed, as it was typed."""
        return forms.fields.InvalidJSONInput(data or "")

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            now = self.to_python(data)
        except ValidationError:
            return True
        return json.dumps(now, sort_keys=True) != json.dumps(initial or {}, sort_keys=True)


class RuleForm(forms.ModelForm):
    """Checks the rule in `rule_field` against what the instance's site knows."""

    rule_field = "rule"

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # Who may only look has no such field.
        if field := self.fields.get(self.rule_field):
            self.builder: RuleWidget = field.widget
            site = self.known_site()
            self.builder.site = site
            self.builder.inside = next(iter(self.inside()), None)
            if site and not self.is_bound:
                stored = getattr(self.instance, self.rule_field)
                self.builder.problems = self._problems(stored, site) if stored else []

    def known_site(self) -> Site | None:
        """Return whose rule it is, where that does not depend on what is sent."""
        return self.instance.site if self.instance.site_id else None

    def site(self) -> Site | None:
        return self.cleaned_data.get("site") or self.known_site()

    def context(self, site: Site) -> Context:
        """Return what rules of the site can name; a form among many shares it with the others."""
        return catalogue.of_site(site)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        rule, site = cleaned.get(self.rule_field, {}), self.site()
        # Other empty values than {} are no rules, though Django would let them pass.
        if rule != {} and site:
            found = self._problems(rule, site)
            self.builder.problems = found
            if found:
                self.add_error(self.rule_field, rules.Broken(found))
        return cleaned

    def _problems(self, rule: Any, site: Site) -> list[Problem]:
        return rules.problems(rule, self.context(site), inside=self.inside())

    def inside(self) -> tuple[int, ...]:
        """Return the segments that are being asked already: the one whose rule this is."""
        row: Model = self.instance
        return (row.pk,) if row._meta.label == "segments.Segment" and row.pk else ()
