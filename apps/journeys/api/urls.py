from django.urls import path

# Registers the converter of external ids.
from apps.accounts.api import paths  # noqa: F401
from apps.journeys.api import dry_runs, explanations, views

urlpatterns = [
    path("journeys", views.JourneysView.as_view()),
    path("journeys/<int:id>", views.JourneyView.as_view()),
    path("journeys/<int:id>/dry-runs", dry_runs.DryRunsView.as_view()),
    path("journeys/<int:id>/dry-runs/<int:run>", dry_runs.DryRunView.as_view()),
    path("journeys/<int:id>/entries", views.EntriesView.as_view()),
    path("journeys/<int:id>/entries/<external_id:external_id>", views.EntryView.as_view()),
    path(
        "journeys/<int:id>/contacts/<external_id:external_id>/explanation",
        explanations.ExplanationView.as_view(),
    ),
]
