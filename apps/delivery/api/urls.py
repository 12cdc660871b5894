from django.urls import path

from apps.delivery.api import views

urlpatterns = [
    path("popups/next", views.NextPopupView.as_view()),
    path("popups/preview", views.PreviewView.as_view()),
    path("popups/<uuid:uid>/report", views.PopupReportView.as_view()),
    path("receipts", views.ReceiptsView.as_view()),
]
