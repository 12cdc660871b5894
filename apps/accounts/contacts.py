"""Making contacts, and making two of them one."""

from typing import Any

from django.db import transaction

from apps.accounts.models import Contact, Site

MAX_STATE_BYTES = 32_000
MAX_STATE_NAMES = 200


def create_anonymous(site: Site, *, language: str = "", time_zone: str = "") -> Contact:
    return Contact.objects.create(site=site, language=language, time_zone=time_zone)


def update_state(contact: Contact, changes: dict[str, Any]) -> None:
    """Merge `changes` into the state; a value of None removes its name."""
    if not changes:
        return
    merged = {**contact.state, **changes}
    contact.state = {name: value for name, value in merged.items() if value is not None}
    contact.save(update_fields=["state"])


@transaction.atomic
def merge(anonymous: Contact, known: Contact) -> None:
    """Give everything that points at the anonymous contact to the known one, and end the former.

    Works on whatever apps to the right point at contacts: a model that cannot simply be
    re-pointed (because a contact may have one of them only) says how in a queryset method
    `move_to_contact(old, new)`.
    """
    for relation in Contact._meta.related_objects:
        rows = relation.related_model._default_manager.filter(**{relation.field.name: anonymous})
        if hasattr(rows, "move_to_contact"):
            rows.move_to_contact(anonymous, known)
        else:
            rows.update(**{relation.field.name: known})
    update_state(known, {k: v for k, v in anonymous.state.items() if k not in known.state})
    anonymous.delete()
