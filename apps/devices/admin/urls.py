"""Pages of the back office that are of no model's: those of the user herself."""

from django.contrib import admin
from django.urls import path

from apps.devices.admin import linked_browsers

wrap = admin.site.admin_view

urlpatterns = [
    path("", wrap(linked_browsers.mine), name="my_browsers"),
    path("of-site/<int:site_id>/link/", wrap(linked_browsers.link), name="link_browser"),
    path("<int:browser_id>/unlink/", wrap(linked_browsers.unlink), name="unlink_browser"),
]
