"""What steps write: values as marketers wrote them, with their tags filled for a contact."""

import re
from collections.abc import Mapping
from typing import Any

from apps.assets.tags import NotFilled, Values, render

# A text that is one tag and nothing else.
ONE_TAG = re.compile(r"\s*\{\{-?\s*((?:state|event|journey)(?:\.[\w-]+)+)\s*-?\}\}\s*")


def filled(value: Any, values: Values) -> Any:
    """Return the value with the tags of its texts filled.

    A text that is one tag and nothing else becomes what the tag names, with its type: a price
    stays a number. Raises NotFilled; also when there is nothing of that name, for an empty text
    in its place would look like something that was known.
    """
    if isinstance(value, list):
        return [filled(each, values) for each in value]
    if not isinstance(value, str) or "{" not in value:
        return value
    if (one := ONE_TAG.fullmatch(value)) is None:
        return render(value, values)
    found = named(one[1], values)
    # Liquid knows more: items.first, name.size.
    if found is None and not (found := render(value, values)):
        raise NotFilled(f"There is no {one[1]}.")
    return found


def named(path: str, values: Mapping[str, Any]) -> Any:
    """Return the value that `path` names, as state.first_name or event.order.total; None where
    there is none. A name may have dots itself."""
    root, _, name = path.partition(".")
    return _within(values.get(root), name)


def _within(held: Any, name: str) -> Any:
    if not isinstance(held, Mapping):
        return None
    if name in held:
        return held[name]
    first, _, rest = name.partition(".")
    return _within(held.get(first), rest) if rest else None
