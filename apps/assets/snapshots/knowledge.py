from collections.abc import Collection
from dataclasses import dataclass
from typing import Self

from apps.accounts.models import Site
from apps.assets import known
from apps.assets.tags import Known
from apps.segments import catalogue
from apps.segments.rules import Context


@dataclass(frozen=True, kw_only=True)
class Knowledge:
    """What a site knows, loaded once for all the snapshots that are read for it."""

    site: Site
    names: Known
    context: Context

    @classmethod
    def of(cls, site: Site, *, labels: Collection[str] = ()) -> Self:
        """Load it in seven queries; `labels` are names of label tags that are about to come."""
        names = known.names(site)
        both = {**names, "label": {*(names["label"] or ()), *labels}}
        return cls(site=site, names=both, context=catalogue.of_site(site))
