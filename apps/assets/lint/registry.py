"""The registry of checks: each takes a subject and yields findings."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TypeVar

from django.core.exceptions import FieldDoesNotExist

from apps.assets import audience, places, samples
from apps.assets.audience import Audience, Crowd
from apps.assets.links import found
from apps.assets.models import Asset, Button, CheckedAddress
from apps.assets.places import Place
from apps.assets.rendering import Source
from apps.assets.rendering.filling import address as absolute
from apps.assets.samples import Sample
from apps.segments.counting import TooSlow
from apps.segments.rules import Broken

Answer = TypeVar("Answer")

TOO_SLOW = "Asking the audience took too long: what depends on it was not checked."
BROKEN = "The rule of the chosen segment cannot be asked: what depends on it was not checked."


class Level(StrEnum):
    """In the order in which they are shown."""

    ERROR = "error"
    MISSING = "missing"
    WARNING = "warning"
    HINT = "hint"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """`field` is one of the editor's page, or `buttons` or `variations`; empty: of the whole."""

    level: Level
    field: str
    message: str


@dataclass(kw_only=True)
class Subject:
    """What is checked: a source, stored as `asset` or not yet, for a crowd; `errors` are those
    of the form, `missing` the fields among them that nobody has begun to write. What several
    checks need is asked once, when the first wants it; None where the crowd could not be asked
    (`trouble` says why). `asks`: addresses that nobody has looked at are looked at soon, which is
    not so for somebody who may only look."""

    source: Source
    crowd: Crowd
    asset: Asset | None = None
    errors: Mapping[str, list[str]] = field(default_factory=dict)
    missing: Collection[str] = ()
    trouble: str = ""
    asks: bool = True

    @cached_property
    def audience(self) -> Audience | None:
        return self._asked(lambda: audience.devices(self.crowd))

    @cached_property
    def sample(self) -> Sample | None:
        return self._asked(lambda: samples.take(self.source, self.crowd))

    @cached_property
    def places(self) -> list[Place]:
        return list(places.of_source(self.source))

    @cached_property
    def addresses(self) -> dict[Place, str]:
        """The addresses without tags, made absolute."""
        plain = [each for each in self.places if each.is_address and "{" not in each.text]
        filled = {each: absolute(each.text, self.source.site, {}) for each in plain}
        return {place: address for place, address in filled.items() if address}

    @cached_property
    def looked_at(self) -> dict[str, CheckedAddress]:
        """What is known of them by address."""
        return found(self.source.site, self.addresses.values())

    def _asked(self, ask: Callable[[], Answer]) -> Answer | None:
        try:
            return ask()
        except TooSlow:
            self.trouble = TOO_SLOW
        except Broken:
            self.trouble = BROKEN
        return None


Check = Callable[[Subject], Iterable[Finding]]

_checks: list[tuple[type[Asset], Check]] = []


def register(kind: type[Asset] = Asset) -> Callable[[Check], Check]:
    """Have the function asked for what is wrong with assets of the kind."""

    def add(check: Check) -> Check:
        if (kind, check) not in _checks:
            _checks.append((kind, check))
        return check

    return add


def findings(subject: Subject) -> list[Finding]:
    """Return what every check found, the worst first, each once."""
    kind = subject.source.kind
    found = [
        Finding(level=Level.ERROR, field=name, message=f"{_label(kind, name)}: {message}")
        for name, messages in subject.errors.items()
        for message in messages
        if name not in subject.missing
    ]
    found += [
        Finding(level=Level.MISSING, field=name, message=_label(kind, name))
        for name in subject.missing
    ]
    for checked, check in _checks:
        if issubclass(kind, checked):
            found += check(subject)
    if subject.trouble:
        found.append(Finding(level=Level.HINT, field="", message=subject.trouble))
    levels = list(Level)
    return sorted(dict.fromkeys(found), key=lambda finding: levels.index(finding.level))


def _label(kind: type[Asset], field: str) -> str:
    """Return how people call a field of the form, of a button too: `buttons-0-url`."""
    model, name = kind, field
    if field.startswith("buttons-"):
        model, name = Button, field.rpartition("-")[2]
    try:
        label = str(model._meta.get_field(name).verbose_name)
    except FieldDoesNotExist:
        return "The form"
    return label[0].upper() + label[1:] if model is kind else f"A button, {label}"
