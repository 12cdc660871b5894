from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from unfold.contrib.filters.admin import (
    ChoicesDropdownFilter,
    DropdownFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm

from apps.accounts import keys
from apps.accounts.backoffice import PolymorphicInlineAdmin, labels
from apps.accounts.inlines import PolymorphicInline
from apps.journeys import asset_uses, audience, publishing
from apps.journeys.forms import FORMS, JourneyForm, StepFormSet, lead_rows
from apps.journeys.models import Journey, PopupStep, PushStep, Step, WaitStep
from apps.segments import catalogue, rules

Status = Journey.Status
STATUS_COLORS = {Status.ACTIVE: "success", Status.PAUSED: "warning", Status.FINISHED: "info"}
SHORT = {Status.PAUSED: "Paused"}


class StepInline(PolymorphicInline):
    model = Step
    formset = StepFormSet
    verbose_name = "step"
    verbose_name_plural = "Steps"

    class PopupInline(PolymorphicInline.Child):
        model = PopupStep
        form = FORMS[PopupStep]
        fields = ("popup", ("name", "position"), *lead_rows(PopupStep))

    class PushInline(PolymorphicInline.Child):
        model = PushStep
        form = FORMS[PushStep]
        fields = ("push", ("name", "position"), *lead_rows(PushStep))

    class WaitInline(PolymorphicInline.Child):
        model = WaitStep
        form = FORMS[WaitStep]
        fields = (("amount", "unit"), ("name", "position"), *lead_rows(WaitStep))

    child_inlines = (PopupInline, PushInline, WaitInline)


def _dialog(title: str, description: str, button: str) -> dict[str, Any]:
    return {
        "title": title,
        "description": description,
        "form_class": BaseDialogForm,
        "form_submit_text": button,
    }


class BrokenFilter(DropdownFilter):
    title = "entry"
    parameter_name = "entry"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("broken", "Broken: nobody enters")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Journey]) -> QuerySet[Journey]:
        if self.value() != "broken":
            return queryset
        # Journeys are written by hand, so there are few enough to ask each.
        everyone = Journey.objects.select_related("site", "live_version")
        return queryset.filter(pk__in=audience.broken(everyone))


@admin.register(Journey)
class JourneyAdmin(PolymorphicInlineAdmin):
    form = JourneyForm
    list_display = ("name", "status_label", "entry", "version", "site", "updated_at")
    list_filter = (
        ("status", ChoicesDropdownFilter),
        BrokenFilter,
        ("site", RelatedDropdownFilter),
    )
    list_select_related = ("site", "live_version")
    search_fields = ("name",)
    fixed_fields = ("site",)
    readonly_fields = ("status", "version", "entry_in_words")
    actions = None
    actions_detail = ("publish", "pause", "resume", "archive")

    def get_fieldsets(self, request: HttpRequest, obj: Journey | None = None) -> list[Any]:
        first = ["name", "site", "category"]
        may_edit = obj is None or self.has_change_permission(request, obj)
        rule = "entry_rule" if may_edit else "entry_in_words"
        return [
            (None, {"fields": ["status", "version", *first] if obj else first}),
            ("Entry", {"fields": ["entry_event", rule]}),
            ("How often", {"fields": ["reentry", "reentry_pauses"]}),
        ]

    def get_inlines(self, request: HttpRequest, obj: Journey | None) -> list[type]:
        """Steps choose among the assets of the site, so the journey is stored first."""
        return [StepInline] if obj else []

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed = super().has_change_permission(request, obj)
        return allowed and getattr(obj, "status", None) != Status.ARCHIVED

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What has been published is archived instead: its numbers stay."""
        allowed = super().has_delete_permission(request, obj)
        return allowed and getattr(obj, "status", Status.DRAFT) == Status.DRAFT

    def response_post_save_add(self, request: HttpRequest, obj: Journey) -> HttpResponse:
        messages.info(request, "Now add its steps, then publish it.")
        return HttpResponseRedirect(self._page(obj.pk))

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Ask the rules and the assets of the page's journeys all at once."""
        changelist = super().get_changelist_instance(request)
        broken = audience.broken(changelist.result_list)
        out_of_use = asset_uses.out_of_use(changelist.result_list)
        for row in changelist.result_list:
            row.broken = broken.get(row.pk, "")
            row.out_of_use = out_of_use.get(row.pk, [])
        return changelist

    @display(description="Status", ordering="status")
    def status_label(self, journey: Journey) -> str:
        status = Status(journey.status)
        shown = (SHORT.get(status, status.label), STATUS_COLORS.get(status, ""))
        worse = {"Broken": journey.broken, "Asset not active": journey.out_of_use}
        found = labels(shown, *((word, "danger") for word, reason in worse.items() if reason))
        if not journey.out_of_use:
            return found
        return format_html(
            '<div class="with-reason">{}<span class="reason">{}</span></div>',
            found,
            " ".join(journey.out_of_use),
        )

    @display(description="Entered by the event", ordering="entry_event")
    def entry(self, journey: Journey) -> str:
        if not journey.broken:
            return journey.entry_event
        return format_html(
            '<div class="with-reason">{}<span class="reason">{}</span></div>',
            journey.entry_event,
            journey.broken,
        )

    @display(description="For contacts who meet this")
    def entry_in_words(self, journey: Journey) -> str:
        return rules.describe(journey.entry_rule, catalogue.of_site(journey.site))

    @display(description="Version")
    def version(self, journey: Journey) -> str:
        live = journey.live_version
        if live is None:
            return "Not published yet"
        unpublished = "; changed since, not published" if journey.has_unpublished_changes else ""
        return f"{live.number}, of {live.published_at:%d %B %Y}{unpublished}"

    @action(
        description="Publish",
        icon="rocket_launch",
        variant=ActionVariant.PRIMARY,
        permissions=["publish"],
        dialog=_dialog(
            "Publish this journey?",
            "As it was saved last, it becomes a new version. Contacts enter by it from now on; "
            "those inside stay on the version they came by.",
            "Publish",
        ),
    )
    def publish(self, request: HttpRequest, form: Form, object_id: str) -> HttpResponse:
        journey = self.get_object(request, object_id)
        return self._do(request, journey, "published", publishing.publish, by=request.user)

    @action(
        description="Pause",
        icon="pause",
        permissions=["pause"],
        dialog=_dialog(
            "Pause this journey?", "Nobody enters any more. Those inside go on.", "Pause"
        ),
    )
    def pause(self, request: HttpRequest, form: Form, object_id: str) -> HttpResponse:
        return self._do(request, self.get_object(request, object_id), "paused", publishing.pause)

    @action(
        description="Resume",
        icon="play_arrow",
        permissions=["resume"],
        dialog=_dialog("Resume this journey?", "Contacts enter again.", "Resume"),
    )
    def resume(self, request: HttpRequest, form: Form, object_id: str) -> HttpResponse:
        return self._do(request, self.get_object(request, object_id), "resumed", publishing.resume)

    @action(
        description="Archive",
        icon="archive",
        permissions=["archive"],
        dialog=_dialog(
            "Archive this journey for good?",
            "Nobody enters any more and everybody inside leaves at once. It cannot be undone; "
            "the numbers stay.",
            "Archive",
        ),
    )
    def archive(self, request: HttpRequest, form: Form, object_id: str) -> HttpResponse:
        return self._do(
            request, self.get_object(request, object_id), "archived", publishing.archive
        )

    def has_publish_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._may(request, object_id, Status.DRAFT, Status.ACTIVE, Status.PAUSED)

    def has_pause_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._may(request, object_id, Status.ACTIVE)

    def has_resume_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._may(request, object_id, Status.PAUSED)

    def has_archive_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._may(
            request, object_id, Status.DRAFT, Status.ACTIVE, Status.PAUSED, Status.FINISHED
        )

    def _may(self, request: HttpRequest, object_id: Any, *statuses: Status) -> bool:
        return (
            self.has_change_permission(request)
            and Journey.objects.filter(pk=keys.read(object_id), status__in=statuses).exists()
        )

    def _do(
        self, request: HttpRequest, journey: Journey, done: str, verb: Any, **more: Any
    ) -> HttpResponse:
        try:
            verb(journey, **more)
        except ValidationError as error:
            for problem in error.messages:
                messages.error(request, problem)
        else:
            messages.success(request, f"“{journey}” is {done}.")
        return HttpResponse(headers={"HX-Redirect": self._page(journey.pk)})

    def _page(self, pk: int) -> str:
        return reverse("admin:journeys_journey_change", args=[pk])
