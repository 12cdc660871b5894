from django.apps import AppConfig
from django.db.models.signals import post_migrate


class DeliveryConfig(AppConfig):
    name = "apps.delivery"
    verbose_name = "Delivery"

    def ready(self) -> None:
        from apps.delivery import rules, wakeups

        rules.teach()
        post_migrate.connect(wakeups.sync_schedules, sender=self, dispatch_uid="delivery.schedules")
