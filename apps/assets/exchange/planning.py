"""What an import would do, before it does it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest

from apps.accounts.models import Site
from apps.assets import snapshots
from apps.assets.exchange import bringing, label_tags, texts
from apps.assets.exchange.bringing import Pictures
from apps.assets.exchange.planned import Planned, PlannedAsset, PlannedLabelTag, Taken, Verdict
from apps.assets.exchange.references import by_id, ids_of
from apps.assets.library import differences, usage
from apps.assets.models import Asset
from apps.assets.snapshots import Knowledge

__all__ = ["Plan", "Planned", "PlannedAsset", "PlannedLabelTag", "Taken", "Verdict", "plan"]

Status = Asset.Status


@dataclass(frozen=True, kw_only=True)
class Plan:
    site: Site
    assets: list[PlannedAsset]
    label_tags: list[PlannedLabelTag]
    pictures: Pictures

    @property
    def everything(self) -> list[Planned]:
        return [*self.label_tags, *self.assets]

    @property
    def numbers(self) -> dict[Verdict, int]:
        found = Counter(each.verdict for each in self.everything)
        return {verdict: found[verdict] for verdict in Verdict}

    @property
    def changes_anything(self) -> bool:
        return any(each.changes_anything for each in self.everything)

    @property
    def coming_pictures(self) -> int:
        """How many pictures the file brings for what it changes."""
        rows = [each for each in self.everything if each.changes_anything]
        return self.pictures.count(address for each in rows for address in each.pictures)

    @property
    def refused(self) -> list[Planned]:
        return [each for each in self.everything if each.verdict == Verdict.REFUSED]


def plan(
    data: dict[str, Any],
    site: Site,
    *,
    keeps_status: bool = False,
    request: HttpRequest | None = None,
) -> Plan:
    """Return what importing the file's content (apps.assets.exchange.files) into the site would
    do, in a number of queries that does not depend on how much it holds.

    Assets come as drafts unless `keeps_status`; what names something unknown does anyway. Raises
    addresses.Unknown where pictures come and nothing says where browsers would find them.
    """
    return with_pictures(bringing.read(data, request), data, site, keeps_status=keeps_status)


def with_pictures(
    pictures: Pictures, data: dict[str, Any], site: Site, *, keeps_status: bool
) -> Plan:
    """Return the plan of a file whose pictures have been read."""
    knowledge = Knowledge.of(site)
    tags = label_tags.plan(data["label_tags"], knowledge, pictures)
    coming = {tag.name for tag in tags if tag.verdict != Verdict.REFUSED}
    names = {**knowledge.names, "label": {*(knowledge.names["label"] or ()), *coming}}
    planner = _Planner(replace(knowledge, names=names), pictures, keeps_status=keeps_status)
    assets = planner.assets(data["assets"])
    return Plan(site=site, assets=assets, label_tags=tags, pictures=pictures)


class _Planner:
    def __init__(self, knowledge: Knowledge, pictures: Pictures, *, keeps_status: bool) -> None:
        self.knowledge, self.pictures, self.keeps_status = knowledge, pictures, keeps_status
        self.ids = ids_of(knowledge.context)

    def assets(self, rows: list[Any]) -> list[PlannedAsset]:
        planned = [self._planned(number, row) for number, row in enumerate(rows)]
        names: set[str] = set()
        for each in planned:
            if each.snapshot and each.name in names:
                each.refuse("Name", "The file has it twice.")
            names.add(each.name)
        site = self.knowledge.site
        stored = Asset.objects.filter(site=site, name__in=names).select_related("site")
        existing = {row.name: row for row in snapshots.prefetched(stored)}
        uses = usage.of_assets([row.pk for row in existing.values()])
        for each in planned:
            found = existing.get(each.name)
            if found is not None and each.verdict != Verdict.REFUSED:
                self._compare(each, found)
                live = usage.live(uses.get(found.pk, ()))
                each.sent_by = [str(row) for row in usage.rows(live)]
        return planned

    def _planned(self, number: int, row: Any) -> PlannedAsset:
        row, named_pictures = self.pictures.addressed(row, texts.of_asset)
        row, missing = self._with_ids(row)
        checked = snapshots.read(row, self.knowledge)
        named = row.get("name") if isinstance(row, dict) else None
        name = checked.snapshot.get("name") or (named if isinstance(named, str) else "")
        kind = row.get("kind") if isinstance(row, dict) else None
        planned = PlannedAsset(
            key=f"asset-{number}",
            name=name[:150] or f"Asset {number + 1}",
            kind=kind if isinstance(kind, str) and kind in snapshots.KINDS else "asset",
            problems=checked.problems,
            verdict=Verdict.REFUSED if checked.problems else Verdict.NEW,
        )
        if planned.verdict != Verdict.REFUSED:
            planned.snapshot = {**checked.snapshot, "status": self._status(planned, checked)}
            self._note(planned, checked, missing)
            planned.bring(named_pictures, self.pictures)
        return planned

    def _with_ids(self, row: Any) -> tuple[Any, dict[str, list[str]]]:
        """Return the snapshot with the ids of segments; and by the place of each rule the names
        of those that the site has not."""
        written = row.get("variations") if isinstance(row, dict) else None
        if not isinstance(written, list):
            return row, {}
        variations, missing = [], {}
        for each in written:
            if isinstance(each, dict) and "rule" in each:
                rule, names = by_id(each["rule"], self.ids)
                each = {**each, "rule": rule}
                if names:
                    missing[f"Variation “{str(each.get('name')).strip()}”, rule"] = names
            variations.append(each)
        return {**row, "variations": variations}, missing

    def _status(self, planned: PlannedAsset, checked: snapshots.Checked) -> str:
        if checked.unknown or not self.keeps_status:
            return str(Status.DRAFT)
        return checked.snapshot["status"]

    def _note(
        self,
        planned: PlannedAsset,
        checked: snapshots.Checked,
        missing: Mapping[str, list[str]],
    ) -> None:
        draft = "The variation is imported as a draft."
        for place, names in missing.items():
            listed = ", ".join(f"“{name}”" for name in dict.fromkeys(names))
            planned.note(place, f"There is no segment {listed} here. {draft}")
        for each in checked.broken:
            if each.field not in missing:
                planned.note(each.field, f"{each.message} {draft}")
        for each in checked.unknown:
            planned.note(each.field, each.message)
        if checked.unknown:
            planned.note("Status", "It is imported as a draft, until the site knows these names.")

    def _compare(self, planned: PlannedAsset, existing: Asset) -> None:
        planned.existing = existing
        now = snapshots.write(existing)
        if now["kind"] != planned.snapshot["kind"]:
            planned.verdict = Verdict.CHANGED
            planned.choices = (Taken.SKIP, Taken.COPY)
            planned.note("Name", f"A {now['kind']} has it here, so it cannot be replaced.")
            return
        without = () if self.keeps_status else ("status",)
        if snapshots.digest(now, without=without) == snapshots.digest(
            planned.snapshot, without=without
        ):
            planned.verdict = Verdict.SAME
            return
        planned.verdict = Verdict.CHANGED
        planned.choices = (Taken.SKIP, Taken.REPLACE, Taken.COPY)
        planned.changes = differences.between(now, planned.snapshot, self.knowledge.context)
