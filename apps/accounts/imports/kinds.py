"""Kinds of import, registered by the apps that know what the rows mean."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model

from apps.accounts import audit
from apps.accounts.models import Import, Site, User


@dataclass(frozen=True, kw_only=True)
class Field:
    """What a column may be mapped to. `aliases` are names that other products give it."""

    name: str
    label: str
    help: str = ""
    type: str = "text"
    required: bool = False
    max_length: int = 150
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Option:
    """What is asked beside the file: `type` is text, secret, or choice (of `choices()`).

    `after_upload` asks for it when the file is here already, so that a refusal loses nothing;
    `permission` is what somebody needs to be asked.
    """

    name: str
    label: str
    help: str = ""
    type: str = "text"
    required: bool = False
    choices: Callable[[], list[tuple[str, str]]] = list
    after_upload: bool = False
    permission: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A row of the file in our words: only what it says, already in the type of its field.

    In `state` None removes a name.
    """

    number: int
    values: dict[str, Any]
    state: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Issue:
    row: int
    message: str
    field: str = ""
    value: str = ""


@dataclass(kw_only=True)
class Written:
    """What became of a batch: rows by outcome, and those left out."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    issues: list[Issue] = field(default_factory=list)

    def add(self, other: "Written") -> None:
        self.created += other.created
        self.updated += other.updated
        self.unchanged += other.unchanged
        self.issues += other.issues


class OptionsRefused(ValidationError):
    """What was asked beside the file cannot be so, with a message per option."""


class ImportFailed(Exception):
    """The import cannot go on at all; the text says why."""


class Kind:
    """What can be imported. Every verb runs inside the transaction of its batch."""

    name = ""
    label = ""
    description = ""
    fields: tuple[Field, ...] = ()
    options: tuple[Option, ...] = ()
    # What those are about that are asked after the upload.
    options_title = ""
    # Names of columns that are known and of no use here, such as those of our own exports.
    ignored: tuple[str, ...] = ()
    # The tables that it fills.
    models: tuple[type[Model], ...] = ()
    # Whether other columns may become properties of the contact.
    takes_properties = False
    # Beside importing at all, one of these is needed to import this, and to see it.
    permissions: tuple[str, ...] = ()

    def is_for(self, user: User) -> bool:
        """Return whether somebody who may import at all may import this, and see it."""
        return not self.permissions or any(map(user.has_perm, self.permissions))

    def take_options(self, site: Site, chosen: dict[str, Any], *, by: audit.By) -> dict[str, Any]:
        """Return what to keep of the options, without secrets.

        Raises OptionsRefused; nothing is kept then.
        """
        return chosen

    def check_options(self, import_: Import, columns: dict[str, str]) -> None:
        """Raise OptionsRefused where the mapping, column of the file to field, needs one that
        was not given."""

    def hints(self, import_: Import, samples: list[dict[str, Any]]) -> list[str]:
        """Return what there is to know, by the first rows, for who is asked after the upload."""
        return []

    def begin(self, import_: Import) -> dict[str, Any]:
        """Return options to note before the first batch of a fresh run or check."""
        return {}

    def write(self, import_: Import, rows: list[Row]) -> Written:
        """Write a batch in a constant number of queries; doing it again changes nothing.

        What it writes is rolled back when the import is only checked. Raises ImportFailed.
        """
        raise NotImplementedError

    def finish(self, import_: Import) -> str:
        """Do what comes after the last batch; returns what to tell about it."""
        return ""

    def end(self, import_: Import) -> None:
        """Clean up after an import that has finished, failed for good or was thrown away."""

    def answered_anew(self, import_: Import, before: dict[str, Any]) -> None:
        """Clean up after options that others have taken the place of."""


_kinds: dict[str, Kind] = {}


def register(kind: type[Kind]) -> type[Kind]:
    _kinds[kind.name] = kind()
    return kind


def find(name: str) -> Kind:
    """Return the kind. Raises LookupError."""
    return _kinds[name]


def for_user(user: User) -> list[Kind]:
    """Return the kinds that the user may import."""
    return [kind for kind in _kinds.values() if kind.is_for(user)]


def not_for_user(user: User) -> list[Kind]:
    """Return the kinds that others may import and the user may not."""
    return [kind for kind in _kinds.values() if not kind.is_for(user)]
