"""Files between the page that shows what they would do and the one that does it.

They wait in the private storage, which all web processes share, under a name that nobody can
guess; a signed token says whose it is and what was shown. What nobody goes on with is removed.
"""

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import timedelta

from django.core import signing
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.utils import timezone

from apps.accounts.models import User

FOLDER, SALT = "asset-imports/", "assets.exchange.waiting"
KEPT = timedelta(hours=12)
# Longer than an import takes.
CLAIMED = timedelta(minutes=10)


class Gone(ValueError):
    """What the token stands for cannot be had; the message says why, for people."""


class Busy(ValueError):
    """Somebody imports the file already; the message says so."""


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A file that was uploaded under `file_name` for the site `site`, a key; `stored` is its name
    in the storage and `digest` the SHA-256 of its content, in hex."""

    file_name: str
    site: int
    keeps_status: bool
    user: int
    stored: str
    digest: str


def keep(content: bytes, user: User, *, file_name: str, site: int, keeps_status: bool) -> str:
    """Store what the user has uploaded; returns the token. Removes what has waited too long."""
    sweep()
    stored = _storage().save(f"{FOLDER}{secrets.token_hex(16)}.json", ContentFile(content))
    waiting = Waiting(
        file_name=file_name,
        site=site,
        keeps_status=keeps_status,
        user=user.pk,
        stored=stored,
        digest=_digest(content),
    )
    return signing.dumps(asdict(waiting), salt=SALT)


def find(token: str, user: User) -> tuple[Waiting, bytes]:
    """Return what the user's token stands for, and the content of the file. Raises Gone."""
    try:
        waiting = Waiting(**signing.loads(token, salt=SALT, max_age=KEPT))
    except signing.SignatureExpired as error:
        raise Gone(f"This has waited longer than {_hours()} hours.") from error
    except signing.BadSignature as error:
        raise Gone("This is not what the page before has sent.") from error
    if waiting.user != user.pk:
        raise Gone("Somebody else has uploaded this file.")
    try:
        with _storage().open(waiting.stored) as file:
            content = file.read()
    except FileNotFoundError as error:
        raise Gone("This file has been imported already, or does not wait any more.") from error
    if _digest(content) != waiting.digest:
        raise Gone("The file that waits is not the one that was shown.")
    return waiting, content


@contextmanager
def claimed(token: str) -> Iterator[None]:
    """Hold what the token stands for while it is imported: of two clicks at once one imports it.
    Raises Busy."""
    claim = f"{SALT}:{_digest(token.encode())}"
    if not cache.add(claim, True, CLAIMED.total_seconds()):
        raise Busy("This file is being imported at this moment.")
    try:
        yield
    finally:
        cache.delete(claim)


def forget(waiting: Waiting) -> None:
    """Remove the file."""
    _remove(waiting.stored)


def sweep() -> int:
    """Remove the files that nobody can go on with any more; returns how many."""
    stale = list(_stale())
    for name in stale:
        _remove(name)
    return len(stale)


def _stale() -> Iterator[str]:
    before = timezone.now() - KEPT
    try:
        names = _storage().listdir(FOLDER)[1]
    except FileNotFoundError:
        return
    for name in names:
        # Somebody who sweeps at the same time may have removed it.
        with suppress(FileNotFoundError):
            if _storage().get_modified_time(f"{FOLDER}{name}") < before:
                yield f"{FOLDER}{name}"


def _remove(name: str) -> None:
    with suppress(FileNotFoundError):
        _storage().delete(name)


def _storage() -> Storage:
    return storages["private"]


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _hours() -> int:
    return int(KEPT.total_seconds() // 3_600)
