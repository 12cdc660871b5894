from django.contrib import admin

from apps.accounts.admin import (
    api_keys,
    audit,
    contacts,
    identity,
    imports,
    operations,
    sites,
    story,
    users,
)
from apps.accounts.backoffice import add_navigation

# Unfold's own hook, otherwise a method of a subclass of its site.
admin.site.extra_context = add_navigation

__all__ = [
    "api_keys",
    "audit",
    "contacts",
    "identity",
    "imports",
    "operations",
    "sites",
    "story",
    "users",
]
