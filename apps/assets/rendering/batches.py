"""A batch: sources and contacts, ready to be rendered one by one without a query."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from apps.accounts.models import Contact, Site
from apps.assets.models import Push
from apps.assets.rendering import labels
from apps.assets.rendering.choosing import Chosen, Ruled, choose
from apps.assets.rendering.dialogs import dialog
from apps.assets.rendering.labels import Label
from apps.assets.rendering.notifications import notification
from apps.assets.rendering.sources import Content, Source, Version
from apps.assets.tags import Values, labels_in
from apps.segments import catalogue
from apps.segments.rules import Context, Rule

# What the house itself knows of every contact, as tags name it.
CORE_STATE = ("external_id", "language", "time_zone", "push_status")


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """What one contact gets: `shown` is the notification of a push (without what delivery adds),
    or what the script needs of a popup; `version` the variation that won, None for the default
    content; `labels` what the label tags in it said."""

    shown: dict[str, Any]
    content: Content
    version: Version | None
    labels: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Batch:
    sources: Mapping[Hashable, Source]
    labels: Mapping[int, list[Label]] = field(default_factory=dict)
    chosen: Chosen = field(default_factory=dict)
    contexts: Mapping[int, Context] = field(default_factory=dict)

    @classmethod
    def load(
        cls,
        sources: Mapping[Hashable, Source],
        contacts: Iterable[Contact],
        *,
        texts: Iterable[str] = (),
    ) -> "Batch":
        """Find out what the contacts meet: two queries for label tags, three for what the rules
        may name, and one a site; none of them where there is nothing to ask. `texts` are what is
        to be filled by `context` beside the sources."""
        by_site: dict[Site, list[int]] = defaultdict(list)
        for contact in contacts:
            by_site[contact.site].append(contact.pk)
        wanted = [source.labels for source in sources.values()]
        wanted += [labels_in(text) for text in texts]
        names = None if None in wanted else frozenset().union(*wanted)
        known = labels.load([site.pk for site in by_site], names)
        lists = {site: _lists(site, sources, known.get(site.pk, [])) for site in by_site}
        ruled = [site for site in by_site if lists[site]]
        contexts = catalogue.of_sites(ruled) if ruled else {}
        chosen: Chosen = {}
        for site in ruled:
            chosen |= choose(lists[site], by_site[site], contexts[site.pk])
        return cls(sources=sources, labels=known, chosen=chosen, contexts=contexts)

    def rules(self, site: Site) -> list[Rule]:
        """Return the rules that contacts of the site were asked."""
        lists = _lists(site, self.sources, self.labels.get(site.pk, []))
        return [each.rule for ruled in lists.values() for each in ruled]

    def render(
        self, name: Hashable, contact: Contact, more: Mapping[str, Any] | None = None
    ) -> Rendered:
        """Return the source called `name` for the contact; `more` holds `event` and `journey`
        where there are any. Raises NotFilled (apps.assets.tags)."""
        source = self.sources[name]
        key = self.chosen.get(contact.pk, {}).get(("source", name))
        content = source.content_of(key)
        context = self.context(contact, more)
        draw = notification if source.kind is Push else dialog
        return Rendered(
            shown=draw(content, source.site, context),
            content=content,
            version=source.version(key),
            labels=dict(context["label"]),
        )

    def context(self, contact: Contact, more: Mapping[str, Any] | None = None) -> Values:
        """Return what tags can name for the contact, with what the label tags say to it."""
        met = self.chosen.get(contact.pk, {})
        context = context_of(contact, more)
        said = context["label"]
        for label in self.labels.get(contact.site_id, ()):
            said[label.name] = labels.filled(label.text(met.get(("label", label.name))), context)
        return context


def _lists(
    site: Site, sources: Mapping[Hashable, Source], known: list[Label]
) -> dict[Hashable, tuple[Ruled, ...]]:
    """Return what must be chosen between for the site's contacts."""
    variations = {
        ("source", name): tuple(Ruled(key=each.key, rule=each.rule) for each in source.versions)
        for name, source in sources.items()
        if source.versions and source.site.pk == site.pk
    }
    return variations | {("label", each.name): each.ruled for each in known if each.ruled}


def context_of(contact: Contact, more: Mapping[str, Any] | None = None) -> Values:
    """Return what tags can name, without the label tags yet."""
    given = {name: _named(value) for name, value in (more or {}).items()}
    core = {name: getattr(contact, name) or "" for name in CORE_STATE}
    state = {**_named(contact.state), **core}
    return Values({"event": {}, "journey": {}, **given, "state": state, "label": {}})


def _named(values: Any) -> Mapping[str, Any]:
    """Return the values by name; what came without names has none to call it by."""
    return values if isinstance(values, Mapping) else {}
