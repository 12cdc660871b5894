from django.contrib.auth.models import AbstractUser, Group


class User(AbstractUser):
    """A person who logs in to the back office."""


class Role(Group):
    """What a User may do: a group of permissions, under the name that people use."""

    class Meta:
        proxy = True
        verbose_name = "role"
        verbose_name_plural = "roles"
