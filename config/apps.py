from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.management import call_command
from django.db.models.signals import post_migrate


class ProjectConfig(AppConfig):
    """Puts the apps together; here so that the demo and its commands are found."""

    name = "config"
    label = "project"

    def ready(self) -> None:
        # Sent for apps with models only; this one is the last of ours.
        last = apps.get_app_config("journeys")
        post_migrate.connect(create_cache_table, sender=last, dispatch_uid="project.cache")


def create_cache_table(using: str, **kwargs: Any) -> None:
    """Make a migrated database complete: without Redis the cache is one of its tables."""
    if not settings.REDIS_URL:
        call_command("createcachetable", database=using, verbosity=0)
