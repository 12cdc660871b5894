from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models

from apps.assets.models.assets import Asset
from apps.assets.models.languages import Direction, check_language
from apps.assets.tags import check_address, check_text

check_color = RegexValidator(r"^#[0-9a-fA-F]{6}\Z", "Write a colour such as #2450c8.")


class Popup(Asset):
    """A dialog that our script shows on the site's own pages."""

    CONTENT = (
        *("title", "text", "image", "close_label", "direction", "language"),
        *("layout", "position", "is_full_screen_on_phones", "delay", "wait_hours", "pages"),
        *("background_color", "text_color", "button_color", "button_text_color"),
    )
    VARIED = CONTENT[:6]
    TEXTS = ("title", "text", "close_label")
    ADDRESSES = ("image",)

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
    is_full_screen_on_phones = models.BooleanField(
        "full screen on phones", default=False, help_text="Covers the page of a narrow screen."
    )
    close_label = models.CharField(
        "name of the close button",
        max_length=40,
        default="Close",
        validators=[check_text],
        help_text="Read out by screen readers.",
    )
    direction = models.CharField(
        "text direction", max_length=4, choices=Direction, default=Direction.AUTO
    )
    language = models.CharField(
        max_length=10,
        blank=True,
        validators=[check_language],
        help_text="Of the texts: a code such as en or pt-BR. Empty: the site's.",
    )
    background_color = models.CharField(
        "background", max_length=7, blank=True, validators=[check_color]
    )
    text_color = models.CharField("text", max_length=7, blank=True, validators=[check_color])
    button_color = models.CharField("button", max_length=7, blank=True, validators=[check_color])
    button_text_color = models.CharField(
        "text of the button", max_length=7, blank=True, validators=[check_color]
    )
    pages = models.TextField(
        "on which pages",
        max_length=2000,
        blank=True,
        help_text="One pattern a line, such as /sale/* or https://shop.example/cart*; a line that "
        "begins with ! leaves pages out. Empty: everywhere.",
    )
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
        verbose_name_plural = "popups"
