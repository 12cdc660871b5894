"""Pages of the back office that are of a journey and a contact, below the list of journeys."""

from django.contrib import admin
from django.urls import path

from apps.journeys.admin import why

wrap = admin.site.admin_view

urlpatterns = [
    path("<int:journey_id>/", wrap(why.search), name="journeys_why"),
    path("<int:journey_id>/<int:contact_id>/", wrap(why.explained), name="journeys_why_of"),
    path("contact/<int:contact_id>/", wrap(why.of_contact), name="journeys_why_not"),
]
