"""The roles that every install has, as data."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from django.apps import AppConfig
from django.apps import apps as installed
from django.apps.registry import Apps
from django.contrib.auth.models import Permission
from django.db import transaction

from apps.accounts.models import Grant, Role, User

# By app and model ("*": all of its models), what may be done with it.
Definition = dict[tuple[str, str], tuple[str, ...]]

VIEW, ALL = ("view",), ("view", "add", "change", "delete")

# Superusers may do everything and need no role.
ROLES: dict[str, Definition] = {
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


def sync(sender: AppConfig, apps: Apps = installed, **kwargs: Any) -> None:
    """Bring the roles of ROLES to their definitions, on the models of the app just migrated.

    What is new in a definition is given, and what is no more in it is taken. What an
    administrator has added to a role or taken from it beside that stays so, and so do roles of
    other names.
    """
    if not _has_grants(apps):
        return
    of_app = Permission.objects.filter(content_type__app_label=sender.label)
    permissions = list(of_app.select_related("content_type"))
    given: dict[str, set[Permission]] = defaultdict(set)
    for grant in Grant.objects.filter(permission__in=of_app).select_related("role", "permission"):
        given[grant.role.name].add(grant.permission)
    for name, definition in ROLES.items():
        wanted = {each for each in permissions if _action(each) in _actions(definition, each)}
        before = given[name] or {each for each in permissions if _is_closed(definition, each)}
        if wanted != before:
            _change(name, give=wanted - before, take=before - wanted)


def _has_grants(apps: Apps) -> bool:
    """Say whether this app is migrated; another may be, alone, before or after it."""
    try:
        return bool(apps.get_model("accounts", "Grant"))
    except LookupError:
        return False


@transaction.atomic
def _change(name: str, *, give: Collection[Permission], take: Collection[Permission]) -> None:
    role, _ = Role.objects.get_or_create(name=name)
    role.permissions.remove(*take)
    role.grants.filter(permission__in=take).delete()
    role.permissions.add(*give)
    Grant.objects.bulk_create(Grant(role=role, permission=each) for each in give)


def _action(permission: Permission) -> str:
    return permission.codename.split("_")[0]


def _actions(definition: Definition, permission: Permission) -> tuple[str, ...]:
    app, model = _model(permission)
    return definition.get((app, model), definition.get((app, "*"), ()))


def _is_closed(definition: Definition, permission: Permission) -> bool:
    """Say whether the definition names the model to give nothing on it. Nobody knows what a role
    was given before there were grants, but this nobody is meant to have had."""
    return definition.get(_model(permission)) == ()


def _model(permission: Permission) -> tuple[str, str]:
    return permission.content_type.app_label, permission.content_type.model
