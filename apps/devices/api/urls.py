from django.urls import path

from apps.devices.api import views

urlpatterns = [
    path("sessions", views.SessionsView.as_view()),
    path("subscription", views.SubscriptionView.as_view()),
    path("identify", views.IdentifyView.as_view()),
    path("logout", views.LogoutView.as_view()),
    path("events", views.EventsView.as_view()),
]
