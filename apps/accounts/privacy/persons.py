"""One person's right to have everything out, and to have everything gone."""

import hashlib
import hmac
from collections.abc import Collection
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import Field, ForeignKey, Model, QuerySet

from apps.accounts import audit
from apps.accounts.collisions import is_collision
from apps.accounts.contacts import lock
from apps.accounts.models import Contact, ErasedId, Site
from apps.accounts.privacy import traces
from apps.accounts.privacy.relations import kinds, remove

# What a browser or a push service proves itself with: of no use to the person, of much to others.
# Whoever knows the endpoint can have a push service called, and may be taken for the browser. And
# the headers of a webhook, by which the site's own systems are opened.
LEFT_OUT = frozenset({"secret_hash", "p256dh", "auth", "endpoint", "endpoint_hash", "headers"})
PLAIN = (str, int, float, bool, dict, list, type(None))
TRIES = 5
# So many parameters a query, of which a database takes only so many.
AT_ONCE = 10_000

_encoder = DjangoJSONEncoder()


def hash_of_external_id(external_id: str) -> str:
    """Return the hex HMAC-SHA256 of the id under the install's secret key."""
    key = settings.SECRET_KEY.encode()
    return hmac.new(key, external_id.encode(), hashlib.sha256).hexdigest()


def is_erased(site: Site, external_id: str) -> bool:
    """Say whether the site's contact of this id was erased once."""
    return bool(erased_among(site, {external_id}))


def erased_among(site: Site, external_ids: Collection[str]) -> set[str]:
    """Return those of the ids whose contacts were erased once."""
    hashes = {hash_of_external_id(external_id): external_id for external_id in external_ids}
    asked, erased = list(hashes), ErasedId.objects.filter(site=site)
    return {
        hashes[known]
        for first in range(0, len(asked), AT_ONCE)
        for known in erased.filter(hash__in=asked[first : first + AT_ONCE]).values_list(
            "hash", flat=True
        )
    }


@transaction.atomic
def export(contact: Contact, *, by: audit.By) -> dict[str, Any]:
    """Return all that is stored of the contact, as JSON knows it: the contact under `contact`,
    lists of rows under their model's name. Audited."""
    answer: dict[str, Any] = {"contact": _plain_row(contact)}
    for kind in reversed(kinds()):
        answer[kind.label] = [
            _plain_row(row) for rows in kind.own_of(contact) for row in _with_names(rows)
        ]
    audit.note(
        audit.Action.CONTACT_EXPORTED, site=contact.site, by=by, subject=f"Contact {contact.pk}"
    )
    return answer


def _with_names(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.select_related(*(field.name for field in _named(rows.model))).order_by("pk")


def _named(model: type[Model]) -> list[Field]:
    """Return the foreign keys that lead out of what belongs to contacts: to what has a name."""
    inside = {Contact, *(kind.model for kind in kinds())}
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, ForeignKey) and field.related_model not in inside
    ]


def _plain_row(row: Model) -> dict[str, Any]:
    plain = {
        field.name: _plain(getattr(row, field.attname))
        for field in row._meta.concrete_fields
        if field.name not in LEFT_OUT
    }
    named = {f.name: getattr(row, f.name) for f in _named(type(row)) if f.name in plain}
    return plain | {name: str(other) for name, other in named.items() if other is not None}


def _plain(value: Any) -> Any:
    return value if isinstance(value, PLAIN) else _encoder.default(value)


def count(contact: Contact) -> dict[str, int]:
    """Return how many rows of which kind would go with the contact, without those of none."""
    counts = {
        kind.title: sum(rows.count() for rows in kind.own_of(contact)) for kind in reversed(kinds())
    }
    return {title: number for title, number in counts.items() if number}


def erase(contact: Contact, *, by: audit.By) -> None:
    """Remove the contact and everything of theirs for good, and know the external id again.

    All of it in one transaction; what is queued for them is not sent any more. Only a keyed hash
    of the id stays, and an audit entry that names nobody. Raises Contact.DoesNotExist when
    somebody else was first.
    """
    for _ in range(TRIES - 1):
        try:
            return _erase(contact.pk, by=by)
        except (IntegrityError, OperationalError) as error:
            # Something new came for the contact at the last moment: that goes too.
            is_new_row = isinstance(error, IntegrityError)
            if connection.in_atomic_block or not (is_new_row or is_collision(error)):
                raise
    return _erase(contact.pk, by=by)


@transaction.atomic
def _erase(pk: int, *, by: audit.By) -> None:
    contact = Contact.objects.select_related("site").get(pk=pk)
    _hold(contact)
    # Read anew: a log-in may have given the visitor a name meanwhile.
    contact.refresh_from_db()
    for kind in kinds():
        if hasattr(kind.model._default_manager, "let_contact_go"):
            kind.model._default_manager.let_contact_go(contact)
    for kind in kinds():
        kind.release(contact)
        for rows in kind.held_by(contact):
            remove(rows)
    traces.forget(contact)
    if contact.external_id:
        hashed = hash_of_external_id(contact.external_id)
        ErasedId.objects.get_or_create(site=contact.site, hash=hashed)
    subject = f"Contact {contact.pk}"
    audit.note(audit.Action.CONTACT_ERASED, site=contact.site, by=by, subject=subject)
    # Last: who still writes for the contact is waited for here, where they wait for nothing of
    # ours but the contact.
    remove(Contact.objects.filter(pk=pk))


def _hold(contact: Contact) -> None:
    """Stand in line for the contact, in the order in which the rest of the house takes rows."""
    of_model = {kind.model: kind for kind in kinds()}
    for label in settings.HELD_TO_ERASE:
        model = apps.get_model(label)
        if model is Contact:
            lock(contact)
            continue
        for rows in of_model[model].held_by(contact):
            held = rows.order_by("pk").select_for_update(no_key=True, of=("self",))
            list(held.values_list("pk"))
