"""Why a contact is in a segment or is not, condition by condition."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count

from django.db.models import BooleanField, Case, Q, QuerySet, Value, When

from apps.accounts.models import Contact
from apps.segments import catalogue, facts, membership, rules
from apps.segments.facts import Facts
from apps.segments.models import Segment
from apps.segments.rules import Broken, Context, Rule

GROUPS = {
    "all": ("All of these", all),
    "any": ("Any of these", any),
    "none": ("None of these", lambda met: not any(met)),
}


# An answer of PostgreSQL has at most 1,664 columns, one of SQLite 2,000.
AT_ONCE = 100


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A node of the rule and what it is for one contact.

    `kind` is all, any, none or condition; `actual` says of a condition what the contact really
    has. A condition on another segment has that segment's rule as its child.
    """

    words: str
    is_met: bool
    actual: str
    children: tuple["Answer", ...]
    kind: str


def explain(rule: Rule, contact: Contact, context: Context) -> Answer:
    """Return the rule as a tree of answers about the contact.

    One query asks all conditions, those of segments that the rule names among them; one more for
    each table besides reads what the contact has there. Raises Broken when the rule cannot be
    asked, and Contact.DoesNotExist when the contact is gone or is of another site.
    """
    rules.require(rule, context)
    asked = list(_asked(rule, context))
    found = _ask([rules.condition(node, context, among=[contact.pk]) for node in asked])
    now = found.get(pk=contact.pk, site=context.site_id)
    met = [getattr(now, f"met_{number}") for number in range(len(asked))]
    return _Explainer(context, met, facts.of(now, asked, context)).answer(rule)


def segments_of(contact: Contact) -> list[tuple[Segment, bool | Broken]]:
    """Return the active segments of the contact's site, and of each whether the contact is in it;
    Broken instead where a segment's rule cannot be asked. One query asks a hundred of them."""
    context = catalogue.of_site(contact.site)
    segments = list(
        Segment.objects.filter(site=contact.site_id, status=Segment.Status.ACTIVE).order_by("name")
    )
    compiled: list[Q | Broken] = []
    for segment in segments:
        try:
            rule = membership.rule_of(segment)
            compiled.append(rules.compile(rule, context, among=[contact.pk]))
        except Broken as broken:
            compiled.append(broken)
    met = _met([row for row in compiled if not isinstance(row, Broken)], contact)
    return [
        (segment, row if isinstance(row, Broken) else next(met))
        for segment, row in zip(segments, compiled, strict=True)
    ]


def _met(asked: list[Q], contact: Contact) -> Iterator[bool]:
    """Yield of each condition whether the contact meets it."""
    for first in range(0, len(asked), AT_ONCE):
        several = asked[first : first + AT_ONCE]
        row = _ask(several).get(pk=contact.pk)
        yield from (getattr(row, f"met_{number}") for number in range(len(several)))


def _ask(conditions: Iterable[Q]) -> QuerySet[Contact]:
    """Return contacts with `met_0`, `met_1`, … for the conditions, in their order."""
    return Contact.objects.annotate(
        **{
            # An empty condition is met by everybody.
            f"met_{number}": Case(
                When(condition or Q(pk__isnull=False), then=Value(True)),
                default=Value(False),
                output_field=BooleanField(),
            )
            for number, condition in enumerate(conditions)
        }
    )


def _asked(node: Rule, context: Context) -> Iterator[Rule]:
    """Yield the conditions that have to be asked, in the order in which `_answer` needs them."""
    for _, condition in rules.conditions(node):
        inner = _inner(condition, context)
        if inner is None:
            yield condition
        else:
            yield from _asked(inner, context)


def _inner(condition: Rule, context: Context) -> Rule | None:
    """Return the rule of the segment that the condition names; None where there is none."""
    return context.segments[condition["segment"]].rule if "segment" in condition else None


class _Explainer:
    """Walks a rule in the order of `_asked`, and takes the answers one after the other."""

    def __init__(self, context: Context, met: list[bool], known: Facts) -> None:
        self.context, self.met, self.known = context, iter(met), known
        self.events = count()

    def answer(self, node: Rule) -> Answer:
        if not node:
            return Answer(words="Everybody", is_met=True, actual="", children=(), kind="all")
        kind = rules.kind(node)
        if kind in GROUPS:
            words, judge = GROUPS[kind]
            children = tuple(map(self.answer, node[kind]))
            is_met = judge([child.is_met for child in children])
            return Answer(words=words, is_met=is_met, actual="", children=children, kind=kind)
        if kind == "segment":
            return self._membership(node)
        if kind == "event":
            actual = self.known.of_events(node, next(self.events))
        else:
            actual = self.known.of_field(self.context.field(node["field"]))
        return self._condition(node, is_met=next(self.met), actual=actual)

    def _membership(self, node: Rule) -> Answer:
        inner = _inner(node, self.context)
        if inner is None:
            is_met, children = next(self.met), ()
            is_in = is_met == (node["op"] == "in")
        else:
            children = (self.answer(inner),)
            is_in = children[0].is_met
            is_met = is_in == (node["op"] == "in")
        name = self.context.segments[node["segment"]].name
        actual = f"is in “{name}”" if is_in else f"is not in “{name}”"
        return self._condition(node, is_met=is_met, actual=actual, children=children)

    def _condition(
        self, node: Rule, *, is_met: bool, actual: str, children: tuple[Answer, ...] = ()
    ) -> Answer:
        words = rules.describe_condition(node, self.context)
        return Answer(
            words=words, is_met=is_met, actual=actual, children=children, kind="condition"
        )
