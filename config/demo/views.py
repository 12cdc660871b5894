"""The demo shop: a page as a real site's, on this host so that one command shows everything."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from apps.accounts.models import Site
from config.demo.seed import SITE_NAME

# What a strict site sends; the script and the worker need nothing more.
POLICY = "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"


def shop(request: HttpRequest) -> HttpResponse:
    site = Site.objects.filter(name=SITE_NAME).first()
    if site is None:
        raise Http404("There is no demo here; `manage.py demo_data` makes it.")
    response = render(request, "demo/shop.html", {"site": site})
    response["Content-Security-Policy"] = POLICY
    return response
