"""Doing what was planned."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest

from apps.accounts.models import Site, User
from apps.assets import snapshots
from apps.assets.exchange import bringing
from apps.assets.exchange.bringing import Pictures
from apps.assets.exchange.planned import Planned, PlannedAsset, PlannedLabelTag, Taken, Verdict
from apps.assets.exchange.planning import with_pictures
from apps.assets.library import cloning, history
from apps.assets.models import LabelTag, LabelValue


@dataclass(kw_only=True)
class Outcome:
    """Names of what was done with what the file holds."""

    created: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    @property
    def words(self) -> str:
        counted = [
            (self.created, "new"),
            (self.replaced, "replaced"),
            (self.skipped, "left as they are here"),
            (self.same, "the same already"),
            (self.refused, "left out"),
        ]
        return ", ".join(f"{len(names)} {words}" for names, words in counted if names)


class Overtaken(RuntimeError):
    """Nothing was imported; the message says why, for people."""

    def __init__(self) -> None:
        super().__init__("Somebody changed the same assets meanwhile. Look again.")


def run(
    data: dict[str, Any],
    site: Site,
    user: User | None,
    *,
    taken: Taken = Taken.SKIP,
    choices: Mapping[str, str] | None = None,
    keeps_status: bool = False,
    file_name: str = "",
    request: HttpRequest | None = None,
    pictures: Pictures | None = None,
) -> Outcome:
    """Import the file's content into the site, all or nothing, but for what cannot be imported.

    `choices` say by the key of what is planned what to do where its name is taken, else `taken`
    does. It is planned anew, for somebody may have changed an asset since a plan was shown; only
    its `pictures` need not be drawn once more. Not within a transaction: pictures are stored
    first. Raises Overtaken, and addresses.Unknown as `plan` does.
    """
    brought = bringing.read(data, request) if pictures is None else pictures

    def chosen() -> list[tuple[Planned, Taken]]:
        planned = with_pictures(brought, data, site, keeps_status=keeps_status)
        return [(each, Taken((choices or {}).get(each.key, taken))) for each in planned.everything]

    stored: set[str] = set()
    if brought.found:
        stored.update(*(each.pictures for each, choice in chosen() if _is_written(each, choice)))
        brought.store(stored, site, user)
    importer = _Importer(site, user, f"Imported from {file_name or 'a file'}")
    try:
        with transaction.atomic():
            # Copies last: only then is it known which names are free.
            for each, choice in sorted(chosen(), key=lambda pair: _is_copied(*pair)):
                if _is_written(each, choice) and not stored.issuperset(each.pictures):
                    raise Overtaken
                importer.take(each, choice)
    except IntegrityError as error:
        raise Overtaken from error
    return importer.outcome


def _is_written(each: Planned, choice: Taken) -> bool:
    return each.verdict == Verdict.NEW or (
        each.verdict == Verdict.CHANGED and choice in each.choices[1:]
    )


def _is_copied(each: Planned, choice: Taken) -> bool:
    return each.verdict == Verdict.CHANGED and choice == Taken.COPY


class _Importer:
    def __init__(self, site: Site, user: User | None, note: str) -> None:
        self.site, self.user, self.note = site, user, note
        self.outcome = Outcome()

    def take(self, each: Planned, choice: Taken) -> None:
        if each.verdict == Verdict.REFUSED:
            self.outcome.refused.append(each.name)
        elif each.verdict == Verdict.SAME:
            self.outcome.same.append(each.name)
        elif not _is_written(each, choice):
            self.outcome.skipped.append(each.name)
        elif isinstance(each, PlannedLabelTag):
            self._label_tag(each)
        elif isinstance(each, PlannedAsset):
            self._asset(each, choice)

    def _label_tag(self, planned: PlannedLabelTag) -> None:
        row = planned.existing or LabelTag(site=self.site, name=planned.name)
        row.value = planned.value
        row.save()
        row.values.all().delete()
        LabelValue.objects.bulk_create(
            LabelValue(label=row, position=position, **each)
            for position, each in enumerate(planned.values)
        )
        done = self.outcome.replaced if planned.existing else self.outcome.created
        done.append(planned.name)

    def _asset(self, planned: PlannedAsset, choice: Taken) -> None:
        existing = planned.existing
        if existing is not None and choice == Taken.REPLACE:
            history.begin(existing)
            snapshots.apply(existing, planned.snapshot)
            history.record(existing, self.user, self.note)
            self.outcome.replaced.append(existing.name)
            return
        is_taken = existing is not None
        name = cloning.free_name(self.site, planned.name) if is_taken else planned.name
        made = snapshots.make(self.site, planned.snapshot, name=name)
        history.record(made, self.user, self.note)
        self.outcome.created.append(name)
