from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from apps.assets.models.assets import Asset
from apps.assets.tags import check_address, check_text

DAY, MONTH = 86_400, 2_592_000


class Push(Asset):
    """What a browser shows as a notification. Smartico calls it a push resource."""

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
        verbose_name_plural = "push"
