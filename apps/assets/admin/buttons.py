from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from apps.accounts.inlines import TabularInline
from apps.assets import starters
from apps.assets.forms import (
    MAX_BUTTONS,
    ButtonFormSet,
    PopupButtonForm,
    PopupButtonFormSet,
    PushButtonForm,
    WeighedButtonFormSet,
)
from apps.assets.models import Button


class ButtonInline(TabularInline):
    """The buttons of the default content."""

    model = Button
    formset = ButtonFormSet
    fk_name = "asset"
    extra = 0
    max_num = MAX_BUTTONS
    ordering_field = "position"
    hide_ordering_field = True
    hide_title = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Button]:
        return super().get_queryset(request).filter(variation=None)

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> type:
        return super().get_formset(request, obj, **{"validate_max": True, **kwargs})


class PushButtonInline(ButtonInline):
    form = PushButtonForm
    formset = WeighedButtonFormSet
    fields = ("label", "url", "icon", "position")
    verbose_name_plural = "Buttons: at most three; Chrome and Edge show two, Safari none"


class PopupButtonInline(ButtonInline):
    form = PopupButtonForm
    formset = PopupButtonFormSet
    fields = ("label", "action", "url", "event", "position")
    verbose_name_plural = "Buttons: at most three"

    def begin_with(self, request: HttpRequest, obj: Any) -> list[dict[str, Any]]:
        """Return what the buttons of a new popup begin with: those of the starter."""
        is_new = obj is None or obj.pk is None
        starter = starters.find(request.GET.get("starter", "")) if is_new else None
        buttons = starter.buttons if starter else ()
        return [{**button, "position": at} for at, button in enumerate(buttons)]

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        return len(self.begin_with(request, obj)) if request.method == "GET" else self.extra
