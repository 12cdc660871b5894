import secrets
import zoneinfo
from functools import cache
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import models
from encrypted_fields.fields import EncryptedTextField

from apps.accounts.characters import check_name


def new_public_key() -> str:
    return f"pk_{secrets.token_urlsafe(18)}"


@cache
def zone_names() -> tuple[str, ...]:
    """Return all names, sorted; kept, as reading them takes longer than saving a site."""
    return tuple(sorted(zoneinfo.available_timezones()))


def time_zones() -> list[tuple[str, str]]:
    return [(name, name) for name in zone_names()]


def validate_vapid_subject(value: str) -> None:
    """Apple answers 403 BadJwtToken to any other `sub` (RFC 8292, section 2.1)."""
    address = value.removeprefix("mailto:")
    if value.startswith("mailto:") and "@" in address.strip("@"):
        return
    if value.startswith("https://") and urlsplit(value).hostname:
        return
    raise ValidationError("Write mailto: and an e-mail address, or an address with https://.")


def validate_web_address(value: str) -> None:
    """What a browser opens or shows; Django takes addresses of file servers for URLs, too."""
    if value.partition(":")[0].lower() not in ("https", "http"):
        raise ValidationError("Browsers open only https:// and http://: write one of these.")


class Site(models.Model):
    """A website (brand) that loads our script; owns everything below it."""

    class IdentityCheck(models.TextChoices):
        """Whether a page must prove that it may speak for an external id."""

        OFF = "off", "Off: any page of the site may log anybody in"
        OPTIONAL = "optional", "Optional: a hash is checked where one is sent"
        REQUIRED = "required", "Required: nobody logs in without a valid hash"

    name = models.CharField(
        max_length=100, unique=True, validators=[check_name], help_text="As visitors know it."
    )
    public_key = models.CharField(
        max_length=40, unique=True, default=new_public_key, editable=False
    )
    home = models.URLField(
        "home page",
        validators=[validate_web_address],
        help_text="Opened by a click on a push that names no address of its own.",
    )
    icon = models.URLField(
        blank=True,
        validators=[validate_web_address],
        help_text="Shown in pushes that have no icon of their own. Square, 192 px.",
    )
    badge = models.URLField(
        blank=True,
        validators=[validate_web_address],
        help_text="The small sign in Android's status bar, for pushes without one of their own. "
        "White on transparent, 96 px.",
    )
    vapid_subject = models.CharField(
        "contact for push services",
        max_length=200,
        validators=[validate_vapid_subject],
        help_text="mailto: and an e-mail address, or an https:// address, under which a push "
        "service reaches you when something is wrong.",
    )
    time_zone = models.CharField(max_length=50, default="UTC", choices=time_zones)
    default_language = models.CharField(
        max_length=10, default="en", help_text="Language code such as en or pt-BR."
    )
    identity_check = models.CharField(
        max_length=8,
        choices=IdentityCheck,
        default=IdentityCheck.OFF,
        help_text="Whoever knows a customer’s id can otherwise log in as them on your site’s "
        "pages, read what is meant for them, and write their state. The hash is made on your own "
        "server with an identity secret; how is shown below.",
    )
    recreates_erased = models.BooleanField(
        "takes erased people back",
        default=False,
        help_text="When off, an external id that was erased stays unknown for ever: a visit or an "
        "import under it makes no contact.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class IdentitySecret(models.Model):
    """What a site's server signs external ids with; all of a site's are valid, so one can be
    changed for another while log-ins go on."""

    site = models.ForeignKey(Site, models.CASCADE, related_name="identity_secrets")
    secret = EncryptedTextField(help_text="Shown once, encrypted in the database.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"Identity secret of {self.created_at:%Y-%m-%d}"


def validate_origin(value: str) -> None:
    """An origin as browsers send it (RFC 6454): scheme, host and maybe a port, nothing after."""
    parts = urlsplit(value)
    try:
        rebuilt = f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")
    except ValueError:
        rebuilt = ""
    if parts.scheme not in ("https", "http") or not parts.hostname or rebuilt != value:
        raise ValidationError(
            "Write it as browsers do: https://shop.example, without a path or a slash at the end."
        )
    local = parts.hostname in ("localhost", "127.0.0.1") or parts.hostname.endswith(".localhost")
    if parts.scheme == "http" and not local:
        raise ValidationError("Browsers allow push on https:// only (http:// for localhost).")


class Origin(models.Model):
    """An origin from which the script of a site was loaded, or may be."""

    site = models.ForeignKey(Site, models.CASCADE, related_name="origins")
    origin = models.CharField(max_length=255, validators=[validate_origin])
    is_allowed = models.BooleanField("allowed", default=True)
    seen_at = models.DateTimeField("last seen", null=True, editable=False)

    class Meta:
        ordering = ["origin"]
        constraints = [
            models.UniqueConstraint(fields=["site", "origin"], name="origin_once_per_site")
        ]

    def __str__(self) -> str:
        return self.origin
