"""Test sends: a panel on the page of a push, and the dialog that it opens."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods

from apps.accounts.panels import Panel, dialog, panel_on
from apps.assets import models as assets
from apps.delivery import testing
from apps.delivery.testing_form import DEVICES, TestForm
from apps.devices.admin import linked_browsers

MAY = "assets.change_push"


class TestPages:
    """The dialog of test sends, beside the pages of messages."""

    __test__ = False

    def get_urls(self) -> list[URLPattern]:
        view = admin.site.admin_view(test)
        return [path("test/<int:asset_id>/", view, name="delivery_push_test"), *super().get_urls()]


@panel_on(assets.Push, permission=MAY)
def test_panel(request: HttpRequest, asset: assets.Push) -> Panel:
    button = dialog(reverse("admin:delivery_push_test", args=[asset.pk]), "Send a test …")
    return Panel(
        title="Test",
        template="admin/testing/panel.html",
        content={"button": button, "may_link": request.user.has_perm(linked_browsers.VIEW)},
        place=-3,
    )


@require_http_methods(["GET", "POST"])
def test(request: HttpRequest, asset_id: int) -> HttpResponse:
    """Ask whom to send the push to and filled with what; send it, and show every answer."""
    if not request.user.has_perm(MAY):
        raise PermissionDenied
    rows = assets.Push.objects.select_related("site").prefetch_related("variations", "buttons")
    asset = get_object_or_404(rows, pk=asset_id)
    form = TestForm(asset, request.user, request.POST or None)
    is_asked_for = request.method == "POST" and "find" not in request.POST
    sent = _send(request, form) if is_asked_for and form.is_valid() else None
    context = {
        "asset": asset,
        "form": form,
        "sent": sent,
        "which": _which(form),
        # Read after the send, which unlinks what has gone.
        "content": linked_browsers.of_site(request, asset.site),
        "may_see": request.user.has_perm(linked_browsers.VIEW),
    }
    return TemplateResponse(request, "admin/testing/dialog.html", {**_base(request), **context})


def _send(request: HttpRequest, form: TestForm) -> testing.Sent | None:
    turns = testing.Turns()
    if not turns.allow_request(request, None):
        minutes = round((turns.wait() or 60) / 60) or 1
        form.add_error(
            None, f"You have sent {turns.num_requests} tests in an hour. Wait {minutes} minutes."
        )
        return None
    send = testing.to_devices if form.cleaned_data.get("to") == DEVICES else testing.to_linked
    try:
        return send(form.draft, request.user)
    except testing.NotSent as error:
        form.add_error(None, str(error))
        return None


def _which(form: TestForm) -> dict[str, Any]:
    """Say which content the contact of the form would get."""
    try:
        version = testing.render(testing.Draft(asset=form.asset, contact=form.contact)).version
    except testing.NotSent as error:
        return {"problem": str(error)}
    return {"name": version.name if version else "the default content"}


def _base(request: HttpRequest) -> dict[str, Any]:
    """Return what makes it a piece for the page that asked, or a page where none did."""
    if request.headers.get("HX-Request"):
        return {"base": "admin/segments/piece.html"}
    shown = admin.site.each_context(request)
    return {
        **shown,
        "base": "admin/base_site.html",
        "opts": assets.Push._meta,
        "title": "Send a test",
    }
