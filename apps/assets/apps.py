from django.apps import AppConfig


class AssetsConfig(AppConfig):
    name = "apps.assets"
    verbose_name = "Assets"

    def ready(self) -> None:
        from apps.assets import rule_uses
        from apps.segments import usage

        usage.register(rule_uses.rules_of_site)
