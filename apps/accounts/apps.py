from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "apps.accounts"
    verbose_name = "Audience"

    def ready(self) -> None:
        from apps.accounts import roles, wakeups
        from apps.accounts.imports import contacts  # noqa: F401 - registers its kind

        # Runs after the permissions of each app were made: `django.contrib.auth` is listed first.
        post_migrate.connect(roles.sync, dispatch_uid="accounts.roles")
        post_migrate.connect(wakeups.sync_schedules, sender=self, dispatch_uid="accounts.schedules")
