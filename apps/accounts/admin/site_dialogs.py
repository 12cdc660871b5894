"""What belongs to a site and is worked on in dialogs alone, which the page of the site opens."""

from typing import Any

from django.forms import HiddenInput, ModelChoiceField
from django.http import HttpRequest
from unfold.forms import BaseDialogForm

from apps.accounts.backoffice import ReadOnlyAdmin
from apps.accounts.models import Site

MAY = "accounts.change_site"


class OfSiteForm(BaseDialogForm):
    """A dialog that is opened with `?site=`."""

    site = ModelChoiceField(Site.objects.all(), widget=HiddenInput)

    def __init__(self, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(request, initial={"site": request.GET.get("site")}, **kwargs)


class SiteDialogs(ReadOnlyAdmin):
    """Only its dialogs are used: those of `actions_list` make a row of the site, and ask with
    OfSiteForm for which; those of `actions_detail` are about a row."""

    list_select_related = ("site",)
    actions_list_hide_default = True

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(MAY)

    def has_change_site_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say who may use the dialogs: named with its dot, the theme would look the permission up
        in a database that the first migration has not made yet."""
        return request.user.has_perm(MAY)

    def get_actions_list(self, request: HttpRequest) -> list[Any]:
        """Offer no making here, where no site is chosen."""
        return []
