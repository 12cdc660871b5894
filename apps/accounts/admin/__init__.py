from django.contrib import admin

from apps.accounts.admin import contacts, imports, operations, sites, users
from apps.accounts.backoffice import add_navigation

# Unfold's own hook, otherwise a method of a subclass of its site.
admin.site.extra_context = add_navigation

__all__ = ["contacts", "imports", "operations", "sites", "users"]
