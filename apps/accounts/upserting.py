"""Bringing contacts in from the site's own systems: many at once, each made or merged."""

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from apps.accounts import external_ids, properties
from apps.accounts.collisions import until_unique
from apps.accounts.contacts import ZONES, StateTooLarge, merged_state
from apps.accounts.models import Contact, Site
from apps.accounts.privacy import persons

UPDATED = ["state", "language", "time_zone"]
MAX_LANGUAGE = Contact._meta.get_field("language").max_length


@dataclass(frozen=True, kw_only=True)
class ContactItem:
    """What a site's system says of a contact; None leaves what is there.

    `state` is merged, a value of None in it removes its name.
    """

    external_id: str
    state: dict[str, Any] | None = None
    language: str | None = None
    time_zone: str | None = None
    push_disabled_by_platform: bool | None = None


@dataclass(kw_only=True)
class UpsertResult:
    """How many of the items made a contact, changed one or changed nothing; and the refused
    ones: index in the list, field, message. Every item counts once."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: list[tuple[int, str, str]] = field(default_factory=list)


class SetOptOut(Protocol):
    def __call__(self, contact_ids: Collection[int], *, opted_out: bool) -> None: ...


class Refused(ValueError):
    """The item cannot be stored; `field` says which part of it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def upsert_many(site: Site, items: list[ContactItem]) -> UpsertResult:
    """Make or change the site's contacts as `items` say, in a constant number of statements.

    Of several items for one contact each is applied, so the last one wins. What is wrong with an
    item stops that item only.
    """
    # Somebody else may make one of the contacts at the same moment; the next try finds it.
    return until_unique(partial(_upsert_many, site, items))


def _upsert_many(site: Site, items: list[ContactItem]) -> UpsertResult:
    result = UpsertResult()
    checked = _checked(items, result)
    known = _held(site, {item.external_id for _, item in checked})
    batch = _Batch(site, known, _erased(site, checked, known))
    for index, item in checked:
        try:
            outcome = batch.apply(item)
        except Refused as error:
            result.refused.append((index, error.field, str(error)))
        else:
            setattr(result, outcome, getattr(result, outcome) + 1)
    batch.store()
    properties.learn(site.pk, {None: [item.state for _, item in checked if item.state]})
    result.refused.sort(key=lambda refusal: refusal[0])
    return result


def _checked(items: list[ContactItem], result: UpsertResult) -> list[tuple[int, ContactItem]]:
    """Return, with their index, the items that may be stored as far as they alone can tell."""
    fine = []
    for index, item in enumerate(items):
        try:
            check(item)
        except Refused as error:
            result.refused.append((index, error.field, str(error)))
        else:
            fine.append((index, item))
    return fine


def check(item: ContactItem) -> None:
    """Raise Refused for what no contact could hold."""
    if problem := external_ids.problem(item.external_id):
        raise Refused("external_id", problem)
    if item.time_zone and item.time_zone not in ZONES:
        raise Refused("time_zone", "This time zone is not known; write one such as Europe/Berlin.")
    if item.language and len(item.language) > MAX_LANGUAGE:
        raise Refused("language", "Write a language code such as en or pt-BR.")


def _held(site: Site, ids: set[str]) -> dict[str, Contact]:
    """Return the contacts that exist, held until the transaction ends, in the order in which
    everybody takes them."""
    rows = Contact.objects.filter(site=site, external_id__in=ids).order_by("pk")
    return {row.external_id: row for row in rows.select_for_update(no_key=True)}


def _erased(
    site: Site, checked: list[tuple[int, ContactItem]], known: dict[str, Contact]
) -> set[str]:
    """Return which of the ids that would become contacts were erased and stay so."""
    if site.recreates_erased:
        return set()
    return persons.erased_among(site, {item.external_id for _, item in checked} - known.keys())


class _Batch:
    """The contacts of some items, changed in memory first."""

    def __init__(self, site: Site, known: dict[str, Contact], erased: set[str]) -> None:
        self.site, self.erased = site, erased
        self.known, self.created = known, dict[str, Contact]()
        self.changed = set[str]()
        self.opted_out_before = {name: row.push_disabled_by_platform for name, row in known.items()}

    def apply(self, item: ContactItem) -> str:
        """Change the item's contact; returns which number of the result counts it."""
        name = item.external_id
        if name in self.erased:
            raise Refused("external_id", "This person was erased, and the site keeps it so.")
        contact = self.known.get(name) or self.created.get(name)
        if contact is None:
            contact = Contact(site=self.site, external_id=name)
            _change(contact, item)
            self.created[name] = contact
            return "created"
        before = _values(contact)
        _change(contact, item)
        if before == _values(contact):
            return "unchanged"
        self.changed.add(name)
        return "updated"

    def store(self) -> None:
        # By name: of two who make the same contacts at once one waits, and neither blocks.
        made = [self.created[name] for name in sorted(self.created)]
        changed = [self.known[name] for name in sorted(self.changed & self.known.keys())]
        Contact.objects.bulk_create(made)
        if changed:
            # Held already, so each of them meets itself: one statement, no CASE of a thousand.
            Contact.objects.bulk_create(
                changed,
                update_conflicts=True,
                unique_fields=["site", "external_id"],
                update_fields=UPDATED,
            )
        self._set_opt_outs()

    def _set_opt_outs(self) -> None:
        """Have the layer that knows of devices say who is reachable then."""
        set_opt_out: SetOptOut = import_string(settings.SET_PLATFORM_OPT_OUT)
        for opted_out in (True, False):
            ids = [
                row.pk
                for name, row in self.known.items()
                if row.push_disabled_by_platform is opted_out
                and self.opted_out_before[name] is not opted_out
            ]
            if ids:
                set_opt_out(ids, opted_out=opted_out)


def _change(contact: Contact, item: ContactItem) -> None:
    if item.state:
        try:
            contact.state = merged_state(contact.state, item.state)
        except StateTooLarge as error:
            raise Refused("state", str(error)) from error
    if item.language is not None:
        contact.language = item.language
    if item.time_zone is not None:
        contact.time_zone = item.time_zone
    if item.push_disabled_by_platform is not None:
        contact.push_disabled_by_platform = item.push_disabled_by_platform


def _values(contact: Contact) -> tuple[Any, ...]:
    opted_out = contact.push_disabled_by_platform
    return contact.state, contact.language, contact.time_zone, opted_out
