from django.urls import path

from apps.accounts.api import views

urlpatterns = [path("events", views.EventsView.as_view())]
