"""The field of a form in which a row's site is chosen."""

from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.forms import Field
from django.urls import reverse
from django.utils.html import format_html

from apps.accounts.models import Site, User
from apps.accounts.roles import holders


def only_chosen(field: Field, user: User) -> Field:
    """Return the field without making and changing sites beside it; where there is none to
    choose, it leads to making the first, or says who of the back office can."""
    if isinstance(field.widget, RelatedFieldWidgetWrapper):
        field.widget = field.widget.widget
    if not Site.objects.exists():
        field.help_text = _without_any(user)
    return field


def _without_any(user: User) -> str:
    if not user.has_perm("accounts.add_site"):
        who = holders("accounts.add_site")
        return format_html("There is no site yet. Who can create one: {}.", who)
    return format_html(
        'There is no site yet. <a class="text-link" href="{}">Create the first one</a>.',
        reverse("admin:accounts_site_add"),
    )
