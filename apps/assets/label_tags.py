"""What a label tag says to a contact, and why."""

from dataclasses import dataclass

from apps.accounts.models import Contact
from apps.assets.models import LabelTag, LabelValue
from apps.assets.rendering import context_of
from apps.assets.rendering.choosing import Ruled, choose
from apps.assets.rendering.labels import filled
from apps.segments import catalogue, explaining, rules
from apps.segments.explaining import Answer


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A value of the label tag: `words` say for whom, `problem` why nobody can be asked."""

    value: LabelValue
    words: str
    problem: str = ""


@dataclass(frozen=True, kw_only=True)
class Said:
    """What the contact reads: `text`, filled from `written`; by `value`, or by the default where
    there is none. `passed` are those asked before that are not met."""

    text: str
    written: str
    value: Asked | None
    answer: Answer | None
    passed: tuple[Asked, ...]


def said(label: LabelTag, contact: Contact) -> Said:
    """Return what the stored label tag says to the contact, who is of its site; what belongs to
    an event or a journey is empty. In a number of queries that grows with one rule only."""
    context = catalogue.of_site(label.site)
    values = [
        Asked(
            value=row,
            words=rules.describe(row.rule, context),
            problem=next((each.message for each in rules.problems(row.rule, context)), "")
            if row.rule
            else "",
        )
        for row in label.values.all()
    ]
    ruled = [Ruled(key=each.value.pk, rule=each.value.rule) for each in values]
    key = choose({"": ruled}, [contact.pk], context)[contact.pk][""] if ruled else None
    place = next((place for place, each in enumerate(values) if each.value.pk == key), None)
    winner = None if place is None else values[place]
    written = winner.value.value if winner else label.value
    return Said(
        text=filled(written, context_of(contact)),
        written=written,
        value=winner,
        answer=explaining.explain(winner.value.rule, contact, context) if winner else None,
        passed=tuple(values[:place]),
    )
