from django.db import models

from apps.accounts.models import Contact, Site
from apps.segments import rules


class Segment(models.Model):
    """Which contacts: those of the site who meet the rule, at the moment of asking."""

    site = models.ForeignKey(Site, models.CASCADE, related_name="segments")
    name = models.CharField(max_length=150)
    rule = models.JSONField(default=dict, blank=True, validators=[rules.check])
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["site", "name"], name="segment_name_once_per_site")
        ]

    def __str__(self) -> str:
        return self.name

    def contacts(self) -> models.QuerySet[Contact]:
        return Contact.objects.filter(rules.compile(self.rule), site=self.site_id)
