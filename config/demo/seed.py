"""What the demo shows: a site with contacts, segments, assets and the onboarding published."""

from django.conf import settings
from django.db import transaction

from apps.accounts import sites
from apps.accounts.models import Role, Site, User
from apps.assets import history
from apps.assets import models as assets
from apps.journeys import publishing, templates
from apps.journeys.models import Journey
from config.demo import audience

SITE_NAME = "Fernweh Outfitters"


@transaction.atomic
def seed(*, port: int, password: str) -> Site:
    """Make the demo's site and user where they are missing; safe to run twice.

    An existing user gets `password` too, so that what is printed is always true.
    """
    user, _ = User.objects.get_or_create(
        username="demo", defaults={"is_staff": True, "is_superuser": True}
    )
    user.set_password(password)
    user.save(update_fields=["password"])
    colleagues()
    site = Site.objects.filter(name=SITE_NAME).first()
    if site is None:
        site = _site(port)
        audience.people(site)
        audience.segments(site)
        _assets(site)
        publishing.publish(Journey.objects.get(site=site, name=templates.ASK_FOR_PERMISSION))
    _allow_port(site, port)
    return site


def colleagues() -> None:
    """Make one user per role, without a password: an administrator sets it where it is wanted."""
    for role in Role.objects.all():
        user, made = User.objects.get_or_create(
            username=role.name.lower(), defaults={"is_staff": True}
        )
        if made:
            user.set_unusable_password()
            user.save(update_fields=["password"])
            user.groups.add(role)


def _origins(port: int) -> list[str]:
    return [f"http://localhost:{port}", f"http://127.0.0.1:{port}"]


def _site(port: int) -> Site:
    return sites.create(
        name=SITE_NAME,
        home=f"http://localhost:{port}/demo/",
        origins=_origins(port),
        vapid_subject="mailto:demo@example.com",
        time_zone="Europe/Berlin",
        icon=f"http://localhost:{port}{settings.STATIC_URL}demo/icon.png",
    )


def _allow_port(site: Site, port: int) -> None:
    for origin in _origins(port):
        site.origins.update_or_create(origin=origin, defaults={"is_allowed": True})


def _assets(site: Site) -> None:
    active = assets.Asset.Status.ACTIVE
    sale = assets.Push.objects.create(
        site=site,
        name="Summer sale",
        status=active,
        title="Summer sale: {{ label.discount }} off",
        message="Tents, boots and backpacks, until Sunday.",
        url="/demo/?product=tent",
    )
    assets.Button.objects.create(asset=sale, label="Show me", url="/demo/?product=boots")
    assets.LabelTag.objects.create(site=site, name="discount", value="20 %")
    news = assets.Popup.objects.create(
        site=site,
        name="New store in Leipzig",
        title="We open in Leipzig",
        text="Come and see us on the first of May.",
        layout=assets.Popup.Layout.SLIDE,
        position=assets.Popup.Position.BOTTOM_RIGHT,
    )
    assets.Button.objects.create(asset=news, label="Thank you", action=assets.Button.Action.CLOSE)
    for asset in (sale, news):
        history.record(asset, None, "Came with the demo")
