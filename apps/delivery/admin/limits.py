"""A site's limits: what its page says of them, and the page on which they are set."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.dates import WEEKDAYS
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from apps.accounts.backoffice import ModelAdmin
from apps.accounts.models import Site
from apps.accounts.panels import Panel, panel_on, table
from apps.delivery.models import Category, Limits


class LimitsForm(forms.ModelForm):
    skipped_weekdays = forms.TypedMultipleChoiceField(
        label="Never on",
        required=False,
        coerce=int,
        choices=list(WEEKDAYS.items()),
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="The whole day, from midnight to midnight by the contact’s clock.",
    )

    def clean_skipped_weekdays(self) -> list[int]:
        days = sorted(self.cleaned_data["skipped_weekdays"])
        if len(days) == len(WEEKDAYS):
            raise forms.ValidationError(
                "Leave at least one day: on none of them, no push would ever be sent."
            )
        return days

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if {"hours_from", "hours_till"} & self.errors.keys():
            return cleaned
        begin, end = cleaned.get("hours_from"), cleaned.get("hours_till")
        if begin and not end:
            self.add_error("hours_till", "Write till when, or leave both empty.")
        elif end and not begin:
            self.add_error("hours_from", "Write from when, or leave both empty.")
        elif begin and begin == end:
            self.add_error(
                "hours_till", "This is the beginning too: leave both empty for the whole day."
            )
        return cleaned


@admin.register(Limits)
class LimitsAdmin(ModelAdmin):
    form = LimitsForm
    form_comes_first = True
    fixed_fields = ("site",)
    list_display = ("site", "hours", "marketing", "operational")
    list_select_related = ("site",)
    actions = None
    fieldsets = (
        (None, {"fields": ("site",)}),
        (
            "Allowed hours",
            {
                "description": "By each contact’s own clock; by the site’s where a contact’s time "
                "zone is not known. Each push step of a journey says whether it keeps to them, and "
                "whether it waits for the next allowed hour or does not send. Empty: the whole "
                "day.",
                "fields": (("hours_from", "hours_till"), "skipped_weekdays"),
            },
        ),
        (
            "Caps",
            {
                "description": "How many pushes a contact gets at most, of all journeys together. "
                "Several devices of a contact count once. Who has had so many is held back: the "
                "push step leads them on by its own outcome.",
                "fields": (
                    ("marketing_cap", "marketing_cap_days"),
                    ("operational_cap", "operational_cap_days"),
                ),
            },
        ),
    )

    @display(description="Allowed hours")
    def hours(self, limits: Limits) -> str:
        return hours_in_words(limits)

    @display(description="Marketing pushes")
    def marketing(self, limits: Limits) -> str:
        return capfirst(cap_in_words(limits, Category.MARKETING))

    @display(description="Operational pushes")
    def operational(self, limits: Limits) -> str:
        return capfirst(cap_in_words(limits, Category.OPERATIONAL))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Offer no "add another": a site has them once."""
        context = {**context, "show_save_and_add_another": False}
        return super().render_change_form(request, context, *args, **kwargs)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """They are emptied instead."""
        return False

    def save_model(
        self, request: HttpRequest, obj: Limits, form: forms.ModelForm, change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        words = [hours_in_words(obj), *(f"{c.label}: {cap_in_words(obj, c)}" for c in Category)]
        self.log_change(request, obj.site, f"Set its limits. {'; '.join(words)}.")

    def response_post_save_add(self, request: HttpRequest, obj: Limits) -> HttpResponse:
        return self._to_site(request, obj)

    def response_post_save_change(self, request: HttpRequest, obj: Limits) -> HttpResponse:
        return self._to_site(request, obj)

    def _to_site(self, request: HttpRequest, limits: Limits) -> HttpResponse:
        """Go back to where one comes from."""
        if not request.user.has_perm("accounts.view_site"):
            return super().response_post_save_change(request, limits)
        page = reverse("admin:accounts_site_change", args=[limits.site_id])
        return HttpResponseRedirect(page)


def hours_in_words(limits: Limits) -> str:
    """Say when pushes may be sent: “09:00 to 20:00, never on Sunday”."""
    words = "Any hour"
    if limits.hours_from and limits.hours_till:
        words = f"{limits.hours_from:%H:%M} to {limits.hours_till:%H:%M}"
    days = [str(WEEKDAYS[day]) for day in limits.skipped_weekdays]
    return f"{words}, never on {', '.join(days)}" if days else words


def cap_in_words(limits: Limits, category: Category) -> str:
    """Say how many there may be: “at most 3 within 7 days”."""
    most = getattr(limits, f"{category.value}_cap")
    days = getattr(limits, f"{category.value}_cap_days")
    within = "a day" if days == 1 else f"{days} days"
    return f"at most {most} within {within}" if most else "any number"


@panel_on(Site, permission="delivery.view_limits")
def limits_of_site(request: HttpRequest, site: Site) -> Panel:
    stored = Limits.objects.filter(site=site).first()
    limits = stored or Limits(site=site)
    link = _link(request, stored, site)
    return table(
        "Limits of pushes",
        ["Allowed hours", *(f"{each.label} pushes to a contact" for each in Category)],
        [[hours_in_words(limits), *(capfirst(cap_in_words(limits, each)) for each in Category)]],
        empty="",
        note="Hours are by each contact’s clock. A push step of a journey says whether it keeps to "
        "these limits.",
        actions=[link] if link else [],
    )


def _link(request: HttpRequest, stored: Limits | None, site: Site) -> SafeString | None:
    """Return where the user may set them; None where they may not."""
    if not request.user.has_perm(f"delivery.{'change' if stored else 'add'}_limits"):
        return None
    if stored:
        page = reverse("admin:delivery_limits_change", args=[stored.pk])
    else:
        page = f"{reverse('admin:delivery_limits_add')}?site={site.pk}"
    return format_html('<a class="text-link" href="{}">Set the limits</a>', page)
