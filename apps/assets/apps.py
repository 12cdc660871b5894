from django.apps import AppConfig


class AssetsConfig(AppConfig):
    name = "apps.assets"
    verbose_name = "Assets"

    def ready(self) -> None:
        from apps.assets import receivers, rule_uses  # noqa: F401 - connects them
        from apps.segments import usage

        usage.register(rule_uses.rules_of_site)
