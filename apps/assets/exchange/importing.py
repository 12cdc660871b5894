"""Doing what was planned."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from apps.accounts.models import Site, User
from apps.assets import snapshots
from apps.assets.exchange.planned import Planned, PlannedAsset, PlannedLabelTag, Taken, Verdict
from apps.assets.exchange.planning import plan
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


@transaction.atomic
def run(
    data: dict[str, Any],
    site: Site,
    user: User | None,
    *,
    taken: Taken = Taken.SKIP,
    choices: Mapping[str, str] | None = None,
    keeps_status: bool = False,
    file_name: str = "",
) -> Outcome:
    """Import the file's content into the site, all or nothing, but for what cannot be imported.

    `choices` say by the key of what is planned what to do where its name is taken, else `taken`
    does. It is planned anew: somebody may have changed an asset since a plan was shown.
    """
    planned = plan(data, site, keeps_status=keeps_status)
    outcome = Outcome()
    chosen = [(each, Taken((choices or {}).get(each.key, taken))) for each in planned.everything]
    # Copies last: only then is it known which names are free.
    for each, choice in sorted(chosen, key=lambda pair: _is_copied(*pair)):
        if each.verdict == Verdict.REFUSED:
            outcome.refused.append(each.name)
        elif each.verdict == Verdict.SAME:
            outcome.same.append(each.name)
        elif each.verdict == Verdict.CHANGED and choice not in each.choices[1:]:
            outcome.skipped.append(each.name)
        elif isinstance(each, PlannedLabelTag):
            _label_tag(each, site, outcome)
        elif isinstance(each, PlannedAsset):
            _asset(each, site, user, choice, outcome, f"Imported from {file_name or 'a file'}")
    return outcome


def _is_copied(each: Planned, choice: Taken) -> bool:
    return each.verdict == Verdict.CHANGED and choice == Taken.COPY


def _label_tag(planned: PlannedLabelTag, site: Site, outcome: Outcome) -> None:
    row = planned.existing or LabelTag(site=site, name=planned.name)
    row.value = planned.value
    row.save()
    row.values.all().delete()
    LabelValue.objects.bulk_create(
        LabelValue(label=row, position=position, **each)
        for position, each in enumerate(planned.values)
    )
    (outcome.replaced if planned.existing else outcome.created).append(planned.name)


def _asset(
    planned: PlannedAsset,
    site: Site,
    user: User | None,
    choice: Taken,
    outcome: Outcome,
    note: str,
) -> None:
    existing = planned.existing
    if existing is not None and choice == Taken.REPLACE:
        history.begin(existing)
        snapshots.apply(existing, planned.snapshot)
        history.record(existing, user, note)
        outcome.replaced.append(existing.name)
        return
    name = cloning.free_name(site, planned.name) if existing is not None else planned.name
    made = snapshots.make(site, planned.snapshot, name=name)
    history.record(made, user, note)
    outcome.created.append(name)
