from django.contrib.auth.models import AbstractUser, Group
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
