from django.apps import AppConfig


class AssetsConfig(AppConfig):
    name = "apps.assets"
    verbose_name = "Assets"

    def ready(self) -> None:
        from apps.assets import receivers  # noqa: F401 - connects them
