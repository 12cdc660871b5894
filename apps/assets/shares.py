"""Which share of the contacts gets which variation, and which of them nobody can ever get.

The contacts are put into groups by which rules they meet, in one query; who wins in each group
is then plain to see. Large sites are asked by a sample, as segments estimate (apps.segments
.counting).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, Case, Count, Q, QuerySet, Value, When

from apps.accounts.models import Contact
from apps.assets.models import Variation
from apps.segments import counting, membership, rules
from apps.segments.models import Segment
from apps.segments.rules import Context, Rule

SECONDS = 5
EVERYBODY = Q(pk__isnull=False)


@dataclass(frozen=True, kw_only=True)
class Among:
    """Whose shares are meant: of `segment`, else of everybody; the reachable only, if so asked."""

    segment: Segment | None = None
    is_reachable: bool = False


@dataclass(frozen=True, kw_only=True)
class Ranked:
    """Something else than a variation that stands in an order, under a rule."""

    pk: int
    name: str
    rule: Rule
    is_active: bool = True


@dataclass(frozen=True, kw_only=True)
class Share:
    """Of the contacts looked at, how many meet the rule (of the default content: meet none), and
    how many get the variation; `before` names what those who meet it get, where nobody gets it."""

    met: int
    got: int
    percent: float
    before: tuple[str, ...] = ()

    @property
    def is_lost(self) -> bool:
        """Whether somebody meets its rule, and all of them get what stands before it."""
        return self.met > 0 and self.got == 0


@dataclass(frozen=True, kw_only=True)
class Shares:
    """Of `contacts` looked at: by the id of each active variation its share, and that of the
    default content under None. Not exact where they are a sample."""

    contacts: int
    is_exact: bool
    rows: dict[int | None, Share]


def of(variations: Sequence[Variation], among: Among, context: Context) -> Shares:
    """Return the shares of an asset's variations, given in their order, in one query beside the
    one that asks how large the site is.

    Drafts have none, and a rule that cannot be asked is met by nobody. Raises Broken when the
    segment cannot be asked, and counting.TooSlow.
    """
    is_exact = counting.is_small(context.site_id)
    contacts = _contacts(among, context, is_exact)
    sample = None if is_exact else contacts.values("pk")
    asked: list[Variation] = []
    met: dict[str, Case] = {}
    for variation in variations:
        condition = _condition(variation, context, sample) if variation.is_active else None
        if condition is not None:
            met[f"met_{len(asked)}"] = _tested(condition)
            asked.append(variation)
    with counting.at_most(SECONDS, few=not is_exact):
        if among.segment:
            rule = membership.rule_of(among.segment)
            contacts = contacts.filter(rules.compile(rule, context, among=sample))
        groups = _groups(contacts, met)
    return _shares(variations, asked, groups, is_exact)


def never_wins(rows: Sequence[Variation | Ranked], context: Context) -> dict[int, str]:
    """Return by its id why a row can never win, for certain, whoever the contacts are: one before
    it is for everybody, or has the same rule. Without a query."""
    found: dict[int, str] = {}
    everybody = ""
    seen: dict[str, str] = {}
    for row in rows:
        same = seen.get(_normal(row.rule))
        if everybody:
            found[row.pk] = f"“{everybody}” before it is for everybody."
        elif same:
            found[row.pk] = f"“{same}” before it has the same rule."
        if row.is_active and not problem_of(row.rule, context):
            if not row.rule:
                everybody = everybody or row.name
            seen.setdefault(_normal(row.rule), row.name)
    return found


def problem_of(rule: Rule, context: Context) -> str:
    """Return why the rule cannot be asked any more; nothing where it can."""
    found = rules.problems(rule, context) if rule else []
    return found[0].message if found else ""


def _contacts(among: Among, context: Context, is_exact: bool) -> QuerySet[Contact]:
    contacts = Contact.objects.filter(site=context.site_id).order_by()
    if not is_exact:
        contacts = contacts.filter(bucket=counting.SAMPLED)
    return contacts.filter(is_reachable=True) if among.is_reachable else contacts


def _condition(variation: Variation, context: Context, sample: Any) -> Q | None:
    if not variation.rule:
        return EVERYBODY
    try:
        return rules.compile(variation.rule, context, among=sample)
    except rules.Broken:
        return None


def _tested(condition: Q) -> Case:
    return Case(
        When(condition, then=Value(True)), default=Value(False), output_field=BooleanField()
    )


Groups = list[tuple[tuple[bool, ...], int]]


def _groups(contacts: QuerySet[Contact], met: dict[str, Case]) -> Groups:
    """Return how many contacts meet just these of the rules."""
    if not met:
        return [((), contacts.count())]
    rows = contacts.annotate(**met).values_list(*met).annotate(number=Count("pk"))
    return [(tuple(bool(each) for each in row[:-1]), row[-1]) for row in rows]


def _shares(
    variations: Sequence[Variation], asked: list[Variation], groups: Groups, is_exact: bool
) -> Shares:
    total = sum(number for _, number in groups)
    # By the place of the winner among those asked; None where the default content wins.
    won = [
        (met, number, next((place for place, yes in enumerate(met) if yes), None))
        for met, number in groups
    ]
    nobody = Share(met=0, got=0, percent=0)
    rows: dict[int | None, Share] = {row.pk: nobody for row in variations if row.is_active}
    for place, variation in enumerate(asked):
        got = sum(number for _, number, winner in won if winner == place)
        takers = sorted({winner for met, _, winner in won if met[place] and winner is not None})
        rows[variation.pk] = Share(
            met=sum(number for met, number, _ in won if met[place]),
            got=got,
            percent=_percent(got, total),
            before=() if got else tuple(asked[taker].name for taker in takers),
        )
    rest = sum(number for _, number, winner in won if winner is None)
    rows[None] = Share(met=rest, got=rest, percent=_percent(rest, total))
    return Shares(contacts=total, is_exact=is_exact, rows=rows)


def _percent(part: int, whole: int) -> float:
    return 100 * part / whole if whole else 0


def _normal(rule: Rule) -> str:
    """Return the rule as a text that is the same for rules that mean the same at first sight:
    whatever the order of what stands in a group, and without groups of one."""
    return json.dumps(_simple(rule), sort_keys=True)


def _simple(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    for name in ("all", "any", "none"):
        children = node.get(name)
        if isinstance(children, list):
            simple = [_simple(child) for child in children]
            if len(simple) == 1 and name != "none":
                return simple[0]
            return {name: sorted(simple, key=lambda child: json.dumps(child, sort_keys=True))}
    return node
