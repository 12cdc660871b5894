from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from apps.assets.models.assets import Asset
from apps.assets.tags import check_address, check_text


class Popup(Asset):
    """A dialog that our script shows on the site's own pages."""

    class Layout(models.TextChoices):
        BOX = "box", "Box: in front of the page"
        SLIDE = "slide", "Slide-in: in a corner"
        BAR = "bar", "Bar: along the edge"

    class Position(models.TextChoices):
        CENTER = "center", "Centre"
        TOP = "top", "Top"
        BOTTOM = "bottom", "Bottom"
        BOTTOM_LEFT = "bottom_left", "Bottom left"
        BOTTOM_RIGHT = "bottom_right", "Bottom right"

    title = models.CharField(max_length=150, validators=[check_text])
    text = models.TextField(max_length=1000, blank=True, validators=[check_text])
    image = models.CharField(
        max_length=1000, blank=True, validators=[check_address], help_text="2:1, shown on top."
    )
    layout = models.CharField(max_length=5, choices=Layout, default=Layout.BOX)
    position = models.CharField(max_length=12, choices=Position, default=Position.CENTER)
    delay = models.PositiveSmallIntegerField(
        default=0,
        validators=[MaxValueValidator(600)],
        help_text="Seconds that the visitor is on the page before it shows.",
    )
    wait_hours = models.PositiveSmallIntegerField(
        "waits to be seen",
        default=72,
        validators=[MinValueValidator(1), MaxValueValidator(8760)],
        help_text="Hours until it is withdrawn when the visitor did not come back to see it.",
    )

    class Meta:
        verbose_name = "popup"
        verbose_name_plural = "popup"
