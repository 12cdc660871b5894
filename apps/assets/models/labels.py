from django.core.validators import RegexValidator
from django.db import models

from apps.accounts.models import Site
from apps.assets.tags import check_label_text


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
    value = models.TextField(
        "default value",
        max_length=1000,
        validators=[check_label_text],
        help_text="For everybody who meets no rule below. May hold tags, but no other label tag.",
    )

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["site", "name"], name="label_tag_once_per_site")
        ]

    def __str__(self) -> str:
        return self.name


class LabelValue(models.Model):
    """What a label tag says to contacts who meet a rule; the first that is met wins."""

    label = models.ForeignKey(LabelTag, models.CASCADE, related_name="values")
    position = models.PositiveSmallIntegerField(default=0)
    rule = models.JSONField("for contacts who", default=dict, blank=True)
    value = models.TextField(max_length=1000, validators=[check_label_text])

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.value[:60]
