"""“My browsers”: where each user of the back office links her own, to see test sends there."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.models import Site
from apps.devices import endpoints, linked_browsers
from apps.devices.subscriptions import NewSubscription, SubscriptionRefused

VIEW, ADD, DELETE = (f"devices.{verb}_linkedbrowser" for verb in ("view", "add", "delete"))


class LinkForm(forms.Form):
    """What the browser's subscription holds, as static/admin/link_browser.js sends it."""

    endpoint = forms.CharField(max_length=endpoints.MAX_LENGTH, strip=False)
    p256dh = forms.CharField(max_length=100)
    auth = forms.CharField(max_length=40)
    vapid_key = forms.CharField(max_length=100)
    old_endpoint = forms.CharField(max_length=endpoints.MAX_LENGTH, required=False, strip=False)


@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """Show the user's own browsers, site by site."""
    _require(request, VIEW)
    linked = linked_browsers.of_user(request.user, Site.objects.order_by("name"))
    context = {
        **admin.site.each_context(request),
        "title": "My browsers",
        "sites": [shown(request, each) for each in linked],
    }
    return TemplateResponse(request, "admin/browsers/mine.html", context)


@require_POST
def link(request: HttpRequest, site_id: int) -> HttpResponse:
    """Link the browser that asks; answers with the site's browsers anew, or 400 with the reason
    in words."""
    _require(request, ADD)
    site = get_object_or_404(Site, pk=site_id)
    form = LinkForm(request.POST)
    if not form.is_valid():
        field, problems = next(iter(form.errors.items()))
        return _refusal(f"{field}: {problems[0]}")
    agent = request.headers.get("User-Agent", "")
    try:
        linked_browsers.link(
            request.user, site, NewSubscription(**form.cleaned_data), user_agent=agent
        )
    except SubscriptionRefused as error:
        return _refusal(str(error))
    return _piece(request, site, said="This browser is linked.")


@require_POST
def unlink(request: HttpRequest, browser_id: int) -> HttpResponse:
    """Unlink one of the user's own browsers."""
    _require(request, DELETE)
    site = linked_browsers.unlink(request.user, browser_id)
    if site is None:
        raise Http404("You have linked no such browser, or it was unlinked already.")
    if request.headers.get("HX-Request"):
        return _piece(request, site, said="It is unlinked.")
    messages.success(request, "The browser is unlinked.")
    return HttpResponseRedirect(reverse("my_browsers"))


def of_site(request: HttpRequest, site: Site) -> dict[str, Any]:
    """Return what `admin/browsers/of_site.html` shows of the user's browsers of one site."""
    (linked,) = linked_browsers.of_user(request.user, [site])
    return shown(request, linked)


def shown(request: HttpRequest, linked: linked_browsers.Linked) -> dict[str, Any]:
    return {
        "linked": linked,
        "browsers": [(each, linked.is_current(each)) for each in linked.browsers],
        "may_link": request.user.has_perm(ADD),
        "may_unlink": request.user.has_perm(DELETE),
    }


def _piece(request: HttpRequest, site: Site, *, said: str) -> HttpResponse:
    context = {"content": of_site(request, site), "said": said}
    return TemplateResponse(request, "admin/browsers/of_site.html", context)


def _refusal(words: str) -> HttpResponse:
    return HttpResponse(words, status=400, content_type="text/plain; charset=utf-8")


def _require(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied
