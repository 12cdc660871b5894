from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from apps.assets.images import serving
from apps.devices.scripts import script

urlpatterns: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/my-browsers/", include("apps.devices.admin.urls")),
    path("admin/journeys/journey/why/", include("apps.journeys.admin.urls")),
    path("admin/", admin.site.urls),
    path("pushdesk.js", script, {"name": "pushdesk.js"}, name="script"),
    path("pushdesk-worker.js", script, {"name": "pushdesk-worker.js"}, name="worker"),
    re_path(serving.ROUTE, serving.image, name="image"),
    path("api/client/v1/", include("apps.devices.api.urls")),
    path("api/client/v1/", include("apps.delivery.api.urls")),
    path("api/v1/", include("apps.accounts.api.urls")),
    path("api/v1/", include("apps.devices.api.server.urls")),
    path("api/v1/", include("apps.journeys.api.urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerView.as_view(url_name="schema"), name="docs"),
    path("demo/", include("config.demo.urls")),
]
