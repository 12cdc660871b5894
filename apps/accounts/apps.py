from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "apps.accounts"
    verbose_name = "Audience"

    def ready(self) -> None:
        from corsheaders.signals import check_request_enabled

        from apps.accounts import origins, roles

        # Runs after the permissions of each app were made: `django.contrib.auth` is listed first.
        post_migrate.connect(roles.sync, dispatch_uid="accounts.roles")
        check_request_enabled.connect(origins.may_read_answer, dispatch_uid="accounts.origins")
