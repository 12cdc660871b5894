"""The field of a form in which a row's site is chosen."""

from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.forms import Field
from django.urls import reverse
from django.utils.html import format_html

from apps.accounts.models import Site


def only_chosen(field: Field) -> Field:
    """Return the field without making and changing sites beside it; where there is none to
    choose, it leads to making the first."""
    if isinstance(field.widget, RelatedFieldWidgetWrapper):
        field.widget = field.widget.widget
    if not Site.objects.exists():
        field.help_text = format_html(
            'There is no site yet. <a class="text-link" href="{}">Create the first one</a>.',
            reverse("admin:accounts_site_add"),
        )
    return field
