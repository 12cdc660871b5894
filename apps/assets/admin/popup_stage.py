"""The neutral page on which the preview draws a popup, by the code that visitors get."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src https: http:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
# It holds nothing of anybody's; who has no popups has no use for it.
RIGHTS = ("assets.view_popup", "assets.change_popup", "assets.add_popup")


@require_GET
@xframe_options_sameorigin
def stage(request: HttpRequest) -> HttpResponse:
    """Answer with the page, whose script draws what its parent sends it."""
    if not any(request.user.has_perm(right) for right in RIGHTS):
        raise PermissionDenied
    answer = TemplateResponse(request, "admin/assets/popup_stage.html")
    answer["Content-Security-Policy"] = POLICY
    return answer
