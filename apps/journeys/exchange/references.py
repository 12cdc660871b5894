"""What documents refer to: by id where they are stored, by name where they travel."""

from collections.abc import Callable
from typing import Any

from apps.assets.exchange import references as in_rules
from apps.journeys.documents import MODELS, Document, fields_of
from apps.journeys.documents.reading import RULES, part_of

# Of an asset or a journey: the part (`assets`, `journeys`), what the document has, where.
Change = Callable[[str, Any, str], Any]
ChangeRule = Callable[[Any, str], Any]


def changed(document: Document, change: Change, change_rule: ChangeRule) -> Document:
    """Return the document with each reference changed, whatever is wrong with the rest of it.

    `where` is the key of the step, empty for the terms.
    """
    terms = document["terms"]
    if isinstance(terms, dict):
        terms = {**terms, **{name: change_rule(terms.get(name), "") for name in RULES}}
        if isinstance(terms.get("excluded"), list):
            terms["excluded"] = [change("journeys", each, "") for each in terms["excluded"]]
    steps = document["steps"]
    if isinstance(steps, list):
        steps = [_step(step, change, change_rule) for step in steps]
    return {"name": document["name"], "terms": terms, "steps": steps}


def _step(step: Any, change: Change, change_rule: ChangeRule) -> Any:
    known = isinstance(step, dict) and isinstance(step.get("kind"), str)
    if not known or step["kind"] not in MODELS or not isinstance(step.get("fields"), dict):
        return step
    key, fields = str(step.get("key")), dict(step["fields"])
    for field in fields_of(MODELS[step["kind"]]):
        if field.is_relation and field.name in fields:
            fields[field.name] = change(part_of(field), fields[field.name], key)
    if isinstance(fields.get("branches"), list):
        fields["branches"] = [
            {**row, "rule": change_rule(row["rule"], key)} if _has(row, "rule") else row
            for row in fields["branches"]
        ]
    made = {**step, "fields": fields}
    if isinstance(step.get("alternatives"), list):
        made["alternatives"] = [
            {**row, "push": change("assets", row["push"], key)} if _has(row, "push") else row
            for row in step["alternatives"]
        ]
    return made


def _has(row: Any, part: str) -> bool:
    return isinstance(row, dict) and part in row


by_name, by_id = in_rules.by_name, in_rules.by_id
