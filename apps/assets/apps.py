from django.apps import AppConfig


class AssetsConfig(AppConfig):
    name = "apps.assets"
    verbose_name = "Assets"

    def ready(self) -> None:
        from apps.assets import audience
        from apps.segments import usage

        usage.register(audience.rules_of_site)
