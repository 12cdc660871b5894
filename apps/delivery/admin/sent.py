"""What was sent of an asset: which variation, and what was left out so that it fits."""

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import display

from apps.assets.models import Variation
from apps.delivery.models import Popup, Push


class VariationShown:
    """Shows which content a message had."""

    @display(description="Content")
    def sent_content(self, row: Push | Popup) -> str:
        words = variation(row)
        left_out = row.left_out if isinstance(row, Push) else ""
        if not left_out:
            return words
        return format_html('{}<span class="reason">left out: {}</span>', words, left_out)


def variation(row: Push | Popup) -> str:
    """Say which variation the message had; lists read it with the row.

    A deleted one leaves its number behind: nothing in the database holds it.
    """
    if row.variation_id is None:
        at = row.accepted_at if isinstance(row, Push) else row.shown_at
        return "Default" if at else ""
    try:
        found = row.variation
    except Variation.DoesNotExist:
        found = None
    return str(found) if found else "Deleted variation"


class SlimmedFilter(DropdownFilter):
    title = "what was left out"
    parameter_name = "slimmed"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("yes", "Something was left out so that it fits"), ("no", "Sent whole")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Push]) -> QuerySet[Push]:
        if self.value() == "yes":
            return queryset.exclude(left_out="")
        if self.value() == "no":
            return queryset.filter(left_out="", status=Push.Status.ACCEPTED)
        return queryset
