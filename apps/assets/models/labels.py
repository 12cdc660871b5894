from django.core.validators import RegexValidator
from django.db import models

from apps.accounts.models import Site
from apps.assets.tags import check_text


class LabelTag(models.Model):
    """A snippet of the site's own, written {{ label.name }} in any text or address."""

    site = models.ForeignKey(Site, models.CASCADE, related_name="label_tags")
    name = models.CharField(
        max_length=60,
        validators=[
            RegexValidator(
                r"^[a-z][a-z0-9_]*\Z", "Small letters, digits and _ only, a letter first."
            )
        ],
        help_text="Written {{ label.name }}, for example {{ label.bonus }}.",
    )
    value = models.TextField("default value", max_length=1000, validators=[check_text])

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["site", "name"], name="label_tag_once_per_site")
        ]

    def __str__(self) -> str:
        return self.name
