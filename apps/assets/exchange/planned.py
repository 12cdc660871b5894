from dataclasses import dataclass, field
from typing import Any

from django.db import models

from apps.assets.exchange.bringing import Pictures
from apps.assets.library.differences import Change
from apps.assets.models import Asset, LabelTag
from apps.assets.snapshots import Problem, Snapshot


class Verdict(models.TextChoices):
    NEW = "new", "New"
    CHANGED = "changed", "Changed"
    SAME = "same", "The same"
    REFUSED = "refused", "Cannot be imported"


class Taken(models.TextChoices):
    """What to do where the name is taken by something else."""

    SKIP = "skip", "Leave ours as it is"
    REPLACE = "replace", "Replace ours"
    COPY = "copy", "Add as a copy"


@dataclass(kw_only=True)
class Planned:
    """What an import would do with one thing of the file.

    `problems` keep it out; `notes` are what is done to it on the way in, and why; `pictures` are
    the addresses, as they are written in the file, of the pictures of the file that it names.
    """

    key: str
    name: str
    kind: str
    verdict: Verdict = Verdict.NEW
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    choices: tuple[Taken, ...] = ()
    changes: list[Change] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)

    @property
    def options(self) -> list[tuple[str, str]]:
        return [(choice.value, choice.label) for choice in self.choices]

    @property
    def changes_anything(self) -> bool:
        return self.verdict in (Verdict.NEW, Verdict.CHANGED)

    def refuse(self, place: str, message: str) -> None:
        self.problems.append(Problem(asset=self.name, field=place, message=message))
        self.verdict = Verdict.REFUSED

    def note(self, place: str, message: str) -> None:
        self.notes.append(Problem(asset=self.name, field=place, message=message))

    def bring(self, named: list[str], pictures: Pictures) -> None:
        """Note which pictures of the file it names, and which of these are none."""
        self.pictures = named
        for each in (pictures.found[address] for address in named):
            if each.problem:
                words = f"{each.problem} It is not brought in, and its address stays as it is."
                self.note(f"Picture “{each.name}”", words)


@dataclass(kw_only=True)
class PlannedAsset(Planned):
    """`snapshot` is as it would be stored, with its status; `existing` whose name it has."""

    snapshot: Snapshot = field(default_factory=dict)
    existing: Asset | None = None
    # Names of journeys that send the existing one now.
    sent_by: list[str] = field(default_factory=list)


@dataclass(kw_only=True)
class PlannedLabelTag(Planned):
    """`values` are the values under rules, in order, with the ids of segments."""

    value: str = ""
    values: list[dict[str, Any]] = field(default_factory=list)
    existing: LabelTag | None = None
