"""Labels in a form: chosen by name among those of the asset's site, or made on the spot."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms.widgets import Script
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse_lazy
from django.views.decorators.http import require_GET

from apps.accounts import keys
from apps.assets import labels
from apps.assets.models import AssetLabel

MOST_OFFERED = 50
VENDOR = "admin/js/vendor/select2/select2"


class LabelsWidget(forms.SelectMultiple):
    """A select that `assets/labels.js` makes a search box of."""

    class Media:
        js = (
            "admin/js/vendor/jquery/jquery.min.js",
            f"{VENDOR}.full.js",
            "admin/js/jquery.init.js",
            Script("admin/assets/labels.js", type="module"),
        )
        css = {"screen": ("admin/css/vendor/select2/select2.css", "admin/css/autocomplete.css")}

    def __init__(self) -> None:
        super().__init__(
            {
                "class": "asset-labels",
                "data-theme": "admin-autocomplete",
                "data-choices": reverse_lazy("admin:assets_assetlabel_choices"),
            }
        )
        self.site: int | None = None

    def optgroups(self, name: str, value: list[str], attrs: Any = None) -> list[Any]:
        """Offer what is chosen; the script asks for the rest."""
        options = [
            self.create_option(name, each, each, True, number) for number, each in enumerate(value)
        ]
        return [(None, options, 0)]


class LabelsField(forms.Field):
    """Its value is a list of labels that are not stored: their names count, and the site's own
    labels are found or made by them when the asset is saved (apps.assets.library.labels.named).
    Whether they may be made, the form asks when it knows the site (AssetForm)."""

    widget = LabelsWidget

    def __init__(self, *, may_create: bool, site: int | None = None, **options: Any) -> None:
        super().__init__(**{"required": False, **options})
        self.may_create = may_create
        self.widget.attrs |= {
            "data-create": "true" if may_create else "false",
            "data-site": "" if site is None else str(site),
        }

    def prepare_value(self, value: Any) -> list[str]:
        return [str(each) for each in value or ()]

    def clean(self, value: Any) -> list[AssetLabel]:
        names = [str(each) for each in value or () if str(each).strip()]
        if len(names) > labels.MAX_LABELS:
            raise ValidationError(f"An asset has at most {labels.MAX_LABELS} labels.")
        return [AssetLabel(name=labels.clean_name(name)) for name in names]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return set(self.prepare_value(initial)) != set(self.prepare_value(data))


@require_GET
def choices(request: HttpRequest) -> HttpResponse:
    """Answer with the site's labels that the term is in."""
    if not request.user.has_perm("assets.view_assetlabel"):
        raise PermissionDenied
    site, term = keys.read(request.GET.get("site")), request.GET.get("term", "").replace("\x00", "")
    rows = AssetLabel.objects.filter(site__pk=site, name__icontains=term[:60].strip())
    found = [{"id": row.name, "text": row.name} for row in rows[:MOST_OFFERED]]
    return JsonResponse({"results": found})
