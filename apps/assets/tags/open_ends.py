"""Tags that say nothing when their value is missing: those without a fallback."""

from dataclasses import dataclass
from functools import lru_cache

from liquid.builtin.expressions import FilteredExpression, Path
from liquid.builtin.output import OutputNode
from liquid.exceptions import LiquidError
from liquid.stringify import to_liquid_string

from apps.assets.tags.language import Values, parse

# What a contact is known by; an event or a journey brings its values only when it happens.
JUDGED = ("state", "label")
FALLBACK = "default"


@dataclass(frozen=True)
class OpenTag:
    """`{{ root.name }}` without a fallback; `written` is what stands between the braces."""

    written: str
    root: str
    name: str
    expression: FilteredExpression

    # An expression has no hash: two tags are the same when they are written the same.
    def __hash__(self) -> int:
        return hash(self.written)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OpenTag) and self.written == other.written

    def is_empty(self, values: Values) -> bool:
        """Say whether nothing would stand there; what cannot be filled is another matter."""
        try:
            held = self.expression.evaluate(values.scope)
            return not to_liquid_string(held, False).strip()
        except Exception:  # filters raise whatever Python does for what visitors sent
            return False


@lru_cache(maxsize=4_000)
def open_tags(text: str, is_address: bool) -> tuple[OpenTag, ...]:
    """Return the tags of the text that name one value of the contact and have no fallback; what
    stands in logic, `{% if … %}`, is taken to be meant so."""
    if "{" not in text:
        return ()
    try:
        nodes = parse(text, is_address=is_address).nodes
    except LiquidError:
        return ()
    found = [_open(node.expression) for node in nodes if isinstance(node, OutputNode)]
    return tuple(dict.fromkeys(tag for tag in found if tag))


def _open(expression: object) -> OpenTag | None:
    if not isinstance(expression, FilteredExpression) or not isinstance(expression.left, Path):
        return None
    path = expression.left.path
    filters = [each.name for each in expression.filters or ()]
    if len(path) != 2 or path[0] not in JUDGED or FALLBACK in filters:
        return None
    root, name = str(path[0]), str(path[1])
    return OpenTag(written=f"{root}.{name}", root=root, name=name, expression=expression)
