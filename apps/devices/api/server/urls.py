from django.urls import path

# Registers the converter of external ids.
from apps.accounts.api import paths  # noqa: F401
from apps.devices.api.server import views

urlpatterns = [
    path("contacts", views.ContactsView.as_view()),
    path("contacts/<external_id:external_id>/export", views.ExportView.as_view()),
    path("contacts/<external_id:external_id>", views.ContactView.as_view()),
]
