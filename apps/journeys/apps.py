from django.apps import AppConfig


class JourneysConfig(AppConfig):
    name = "apps.journeys"
    verbose_name = "Journeys"

    def ready(self) -> None:
        from apps.accounts.signals import tracked
        from apps.assets.library import usage as asset_usage
        from apps.journeys import asset_uses, audience, receivers
        from apps.segments import usage

        tracked.connect(receivers.hear, dispatch_uid="journeys.hear")
        usage.register(audience.rules_of_site)
        asset_usage.register(asset_uses.of_assets)
