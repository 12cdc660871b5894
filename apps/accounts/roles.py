"""The roles that every install has, as data."""

from typing import Any

from django.apps import AppConfig
from django.contrib.auth.models import Permission

from apps.accounts.models import Role, User

VIEW, ALL = ("view",), ("view", "add", "change", "delete")

# Role, and per app what it may do with which models ("*": all of them). Superusers may do
# everything and need no role.
ROLES: dict[str, dict[tuple[str, str], tuple[str, ...]]] = {
    "Marketer": {
        ("accounts", "*"): (),
        ("accounts", "contact"): (*VIEW, "export"),
        ("accounts", "event"): VIEW,
        ("accounts", "import"): ALL,
        ("accounts", "site"): VIEW,
        ("accounts", "origin"): VIEW,
        ("accounts", "property"): ("view", "change"),
        ("devices", "device"): VIEW,
        ("devices", "session"): VIEW,
        ("devices", "subscription"): VIEW,
        ("devices", "linkedbrowser"): ("view", "add", "delete"),
        ("segments", "*"): ALL,
        ("assets", "*"): ALL,
        ("delivery", "limits"): VIEW,
        ("delivery", "push"): VIEW,
        ("delivery", "popup"): VIEW,
        ("journeys", "*"): ALL,
        ("journeys", "signingsecret"): (),
    },
    "Analyst": {
        ("accounts", "contact"): VIEW,
        ("accounts", "event"): VIEW,
        ("accounts", "site"): VIEW,
        ("accounts", "origin"): VIEW,
        ("accounts", "property"): VIEW,
        ("devices", "device"): VIEW,
        ("devices", "session"): VIEW,
        ("devices", "subscription"): VIEW,
        ("segments", "*"): VIEW,
        ("assets", "*"): VIEW,
        ("delivery", "limits"): VIEW,
        ("delivery", "push"): VIEW,
        ("delivery", "popup"): VIEW,
        ("journeys", "*"): VIEW,
        ("journeys", "signingsecret"): (),
    },
}


NAMED = 3


def holders(*permissions: str) -> str:
    """Name a few people of the back office who have one of the permissions: whom to ask."""
    found = User.objects.none()
    for permission in permissions:
        found = found | User.objects.with_perm(permission)
    people = found.filter(is_staff=True).order_by("pk").distinct()
    names = [user.get_username() for user in people[: NAMED + 1]]
    return ", ".join([*names[:NAMED], "…"] if len(names) > NAMED else names) or "nobody yet"


def sync(sender: AppConfig, **kwargs: Any) -> None:
    """Give each role its permissions on the models of the app just migrated.

    Only adds: what an administrator gave a role beside these stays.
    """
    permissions = list(
        Permission.objects.filter(content_type__app_label=sender.label).select_related(
            "content_type"
        )
    )
    for name, grants in ROLES.items():
        allowed = [p for p in permissions if p.codename.split("_")[0] in _actions(grants, p)]
        if allowed:
            role, _ = Role.objects.get_or_create(name=name)
            role.permissions.add(*allowed)


def _actions(
    grants: dict[tuple[str, str], tuple[str, ...]], permission: Permission
) -> tuple[str, ...]:
    app, model = permission.content_type.app_label, permission.content_type.model
    return grants.get((app, model), grants.get((app, "*"), ()))
