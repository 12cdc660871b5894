import json
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from apps.accounts import audit
from apps.accounts.models import Site
from apps.journeys import documents
from apps.journeys.exchange.files import FORMAT, MAX_BYTES, MAX_JOURNEYS, TYPE
from apps.journeys.exchange.references import by_name, changed
from apps.journeys.models import Journey
from apps.segments import catalogue


class NotExported(ValueError):
    """These journeys cannot be in one file; the message says why, for people."""


def file_name() -> str:
    return f"pushdesk-journeys-{timezone.localdate():%Y-%m-%d}.json"


def export(journeys: QuerySet[Journey]) -> dict[str, Any]:
    """Return the file's content: the drafts, by name. Raises NotExported."""
    return _content(*_chosen(journeys))


def text(journeys: QuerySet[Journey], *, by: audit.By) -> str:
    """Return the file itself, no larger than can be imported, and note in the audit log who took
    which journeys out. Raises NotExported."""
    rows, site = _chosen(journeys)
    found = json.dumps(_content(rows, site), ensure_ascii=False, indent=2) + "\n"
    if len(found.encode()) > MAX_BYTES:
        raise NotExported(f"A file has at most {MAX_BYTES // 1_000_000} MB: choose fewer journeys.")
    names = [row.name for row in rows]
    subject = f"Journey “{names[0]}”" if len(names) == 1 else f"{len(names)} journeys"
    details = {"journeys": names}
    audit.note(audit.Action.EXPORTED, site=site, by=by, subject=subject, details=details)
    return found


def _chosen(journeys: QuerySet[Journey]) -> tuple[list[Journey], Site]:
    rows = list(journeys.select_related("site").order_by("name")[: MAX_JOURNEYS + 1])
    sites = {row.site for row in rows}
    if len(sites) != 1:
        raise NotExported("Choose journeys of one site.")
    if len(rows) > MAX_JOURNEYS:
        raise NotExported(f"A file holds at most {MAX_JOURNEYS} journeys: choose fewer.")
    return rows, sites.pop()


def _content(rows: list[Journey], site: Site) -> dict[str, Any]:
    context = catalogue.of_site(site)
    written = []
    for row in rows:
        document = documents.read(row)
        names = document["names"]
        written.append(
            changed(
                document,
                lambda part, pk, where, names=names: names[part].get(str(pk), f"Deleted {pk}"),
                lambda rule, where: by_name(rule, context),
            )
        )
    return {"type": TYPE, "format": FORMAT, "site": site.name, "journeys": written}
