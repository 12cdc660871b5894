from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from apps.assets import extra_data
from apps.assets.models.assets import Asset
from apps.assets.models.languages import Direction, check_language
from apps.assets.tags import check_address, check_text

DAY, MONTH = 86_400, 2_592_000


def check_data(value: Any) -> None:
    """Raise ValidationError unless it is a small object that does not touch what is ours."""
    if problem := extra_data.wrong_with(value):
        raise ValidationError(problem)


class Push(Asset):
    """What a browser shows as a notification. Smartico calls it a push resource."""

    CONTENT = (
        *("title", "message", "url", "icon", "image", "badge", "direction", "language", "data"),
        *("stay_on_screen", "silent", "replace_key", "ttl", "urgency"),
    )
    VARIED = CONTENT[:9]
    TEXTS = ("title", "message", "replace_key")
    ADDRESSES = ("url", "icon", "image", "badge")

    class Urgency(models.TextChoices):
        """RFC 8030, section 5.3: how soon a device on battery should be woken."""

        VERY_LOW = "very-low", "Very low: on power and Wi-Fi"
        LOW = "low", "Low: on power or Wi-Fi"
        NORMAL = "normal", "Normal"
        HIGH = "high", "High: at once, even on low battery"

    title = models.CharField(
        max_length=150,
        validators=[check_text],
        help_text="Most browsers cut it after about 50 characters. Tags such as "
        "{{ state.first_name | default: 'friend' }} are welcome.",
    )
    message = models.TextField(
        max_length=1000,
        blank=True,
        validators=[check_text],
        help_text="Most browsers show 120 to 150 characters.",
    )
    url = models.CharField(
        "click address",
        max_length=1000,
        blank=True,
        validators=[check_address],
        help_text="What a click opens: https://… or a path such as /sale. Empty: the home page.",
    )
    icon = models.CharField(
        max_length=1000,
        blank=True,
        validators=[check_address],
        help_text="Square, 192 px. Empty: the site's icon. Safari shows its own.",
    )
    image = models.CharField(
        max_length=1000,
        blank=True,
        validators=[check_address],
        help_text="2:1, about 720 × 360 px. Chrome and Edge show it; Firefox and Safari do not.",
    )
    badge = models.CharField(
        max_length=1000,
        blank=True,
        validators=[check_address],
        help_text="White on transparent, 96 px: the small sign in Android's status bar.",
    )
    stay_on_screen = models.BooleanField(
        default=False,
        help_text="Until the visitor acts: Chrome and Edge on a computer, Firefox on Windows.",
    )
    silent = models.BooleanField(
        default=False, help_text="Without sound or vibration, where the browser can."
    )
    replace_key = models.CharField(
        max_length=60,
        blank=True,
        validators=[check_text],
        help_text="Pushes with the same key replace each other, on the screen and while they "
        "wait; for example score-{{ event.match }}. Empty: each stands for itself. Safari shows "
        "every one.",
    )
    direction = models.CharField(
        "text direction", max_length=4, choices=Direction, default=Direction.AUTO
    )
    language = models.CharField(
        max_length=10,
        blank=True,
        validators=[check_language],
        help_text="Of the texts: a code such as en or pt-BR. Empty: the contact's, else the "
        "site's.",
    )
    data = models.JSONField(
        "extra data",
        default=dict,
        blank=True,
        validators=[check_data],
        help_text=f"A JSON object of at most {extra_data.MAX_BYTES:,} bytes for scripts of your "
        "own; it is in the notification's data.",
    )
    ttl = models.PositiveIntegerField(
        "time to live",
        default=DAY,
        validators=[MinValueValidator(60), MaxValueValidator(MONTH)],
        help_text="Seconds that the push waits for a browser that is offline; 86400 is a day, "
        "2592000 (30 days) the most.",
    )
    urgency = models.CharField(max_length=8, choices=Urgency, default=Urgency.NORMAL)

    class Meta:
        verbose_name = "push"
        verbose_name_plural = "pushes"
