from django.conf import settings
from django.db import models

from apps.accounts.characters import check_name
from apps.accounts.models.sites import Site


class ApiKey(models.Model):
    """Lets a site's own systems call the server API; shown once, hashed at rest."""

    class Scope(models.TextChoices):
        CONTACTS_READ = "contacts:read", "Read contacts"
        CONTACTS_WRITE = "contacts:write", "Write contacts, erase them"
        EVENTS_WRITE = "events:write", "Track events"
        JOURNEYS_READ = "journeys:read", "Read journeys and their numbers"
        JOURNEYS_WRITE = "journeys:write", "Let contacts into journeys, take them out"

    site = models.ForeignKey(Site, models.CASCADE, related_name="api_keys")
    name = models.CharField(
        max_length=100, validators=[check_name], help_text="Which system uses it."
    )
    prefix = models.CharField(max_length=16, editable=False)
    secret_hash = models.CharField(max_length=64, unique=True, editable=False)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    last_used_at = models.DateTimeField("last used", null=True, editable=False)
    revoked_at = models.DateTimeField("revoked", null=True, editable=False)

    class Meta:
        ordering = ["-id"]
        verbose_name = "API key"

    def __str__(self) -> str:
        return self.name
