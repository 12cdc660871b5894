from django.db import models
from encrypted_fields.fields import EncryptedTextField

from apps.accounts.models import Site


class VapidKey(models.Model):
    """A P-256 key pair that signs a site's pushes (RFC 8292); subscriptions are bound to one."""

    site = models.ForeignKey(Site, models.CASCADE, related_name="vapid_keys")
    public_key = models.CharField(
        max_length=90, unique=True, help_text="Uncompressed point, base64url without padding."
    )
    private_key = EncryptedTextField(help_text="PKCS 8, PEM; encrypted in the database.")
    created_at = models.DateTimeField(auto_now_add=True)
    imported_at = models.DateTimeField(
        null=True, help_text="When it came with subscriptions from another provider."
    )
    retired_at = models.DateTimeField(
        null=True, help_text="When its last subscriptions were given up; it signs no more."
    )
    refused_at = models.DateTimeField(
        null=True, help_text="When a push service last refused what this key signed."
    )

    class Meta:
        ordering = ["-id"]
        verbose_name = "VAPID key"

    def __str__(self) -> str:
        return f"{self.public_key[:12]}…"
