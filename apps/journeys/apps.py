from django.apps import AppConfig
from django.db.models.signals import post_migrate


class JourneysConfig(AppConfig):
    name = "apps.journeys"
    verbose_name = "Journeys"

    def ready(self) -> None:
        from apps.accounts.signals import tracked
        from apps.assets.library import usage as asset_usage
        from apps.journeys import receivers
        from apps.journeys.uses import asset_uses, audience
        from apps.segments import usage

        post_migrate.connect(receivers.tune, sender=self, dispatch_uid="journeys.tune")
        tracked.connect(receivers.hear, dispatch_uid="journeys.hear")
        usage.register(audience.rules_of_site)
        asset_usage.register(asset_uses.of_assets)
