from django.contrib.auth.models import AbstractUser, Group, Permission
from django.core.exceptions import ValidationError
from django.db import models

from apps.accounts.characters import check_name


class User(AbstractUser):
    """A person who logs in to the back office."""

    def clean(self) -> None:
        super().clean()
        _check_names(self, "username", "first_name", "last_name")


class Role(Group):
    """What a User may do: a group of permissions, under the name that people use."""

    class Meta:
        proxy = True
        verbose_name = "role"
        verbose_name_plural = "roles"

    def clean(self) -> None:
        super().clean()
        _check_names(self, "name")


class Grant(models.Model):
    """A permission that Pushdesk itself has given a role, or has found there already
    (apps.accounts.roles). What an administrator has added is in none."""

    role = models.ForeignKey(Group, models.CASCADE, related_name="grants")
    permission = models.ForeignKey(Permission, models.CASCADE, related_name="+")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["role", "permission"], name="grant_once_per_role")
        ]

    def __str__(self) -> str:
        return f"{self.permission} of {self.role}"


def _check_names(row: models.Model, *fields: str) -> None:
    """Check what Django's own fields take without a look."""
    wrong = {}
    for field in fields:
        try:
            check_name(getattr(row, field))
        except ValidationError as error:
            wrong[field] = error
    if wrong:
        raise ValidationError(wrong)
