"""Tags in a text that is JSON: whatever a value holds, the text stays the JSON that was written.

Within quotation marks a value is made a part of that text, `"Dear {{ state.first_name }}"`;
anywhere else it is a value of its own, `{{ event.price }}`: a number, a list, null where there is
none.
"""

import json
import re
from functools import lru_cache
from typing import Any

from django.core.exceptions import ValidationError
from liquid import BoundTemplate
from liquid.builtin.expressions import Filter, FilteredExpression
from liquid.exceptions import LiquidError
from liquid.token import Token
from liquid.undefined import is_undefined

from apps.assets.tags.filters import words
from apps.assets.tags.language import (
    LOGIC,
    ROOTS,
    Context,
    NotFilled,
    TagOutput,
    Tags,
    parse_by,
)
from apps.assets.tags.wording import in_words

MAX_TEXT = 10_000
PART, VALUE = "json_part", "json_value"
PRINTED = re.compile(r"\{\{.*?\}\}", re.DOTALL)
# A backslash takes what follows it along, so that a quotation mark after it ends nothing.
MARKS = re.compile(r'\\.|"', re.DOTALL)


class _JsonOutput(TagOutput):
    def finished(self, expression: FilteredExpression, inside: Token) -> FilteredExpression:
        before = PRINTED.sub("", LOGIC.sub("", inside.source[: inside.start_index]))
        marks = sum(found[0] == '"' for found in MARKS.finditer(before))
        made = Filter(inside, PART if marks % 2 else VALUE, [])
        expression.filters = [*(expression.filters or []), made]
        return expression


class _JsonTags(Tags):
    output_class = _JsonOutput

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        super().setup_tags_and_filters(extra=extra)
        self.filters = {**self.filters, PART: _part, VALUE: _value}


def _part(value: object) -> str:
    return json.dumps(words(value), ensure_ascii=False)[1:-1]


def _value(value: object) -> str:
    known = None if is_undefined(value) else value
    return json.dumps(known, ensure_ascii=False, allow_nan=False, default=words)


_tags = _JsonTags()


@lru_cache(maxsize=1_000)
def _parsed(text: str) -> BoundTemplate:
    return parse_by(_tags, text, MAX_TEXT)


def render_json(text: str, context: Context) -> str:
    """Return the JSON `text` with its tags filled. Raises NotFilled, also when it is no JSON
    then."""
    try:
        filled = _parsed(text).render(**context)
        json.loads(filled, parse_constant=_refuse)
        filled.encode()
    except Exception as error:
        # Values come from visitors, and filters raise whatever Python does for them.
        raise NotFilled(str(error)[:200]) from error
    return filled


def check_json(text: str) -> None:
    """Raise ValidationError unless the tags of `text` can be filled and it is JSON then."""
    try:
        used = _parsed(text).analyze(include_partials=False).globals
        unknown = [root for root in used if root not in ROOTS]
        if unknown:
            allowed = ", ".join(f"{{{{ {root}.… }}}}" for root in ROOTS)
            raise ValidationError(f"“{unknown[0]}” is unknown. Tags begin with {allowed}.")
        empty: dict[str, Any] = {root: {} for root in ROOTS}
        render_json(text, empty)
    except (LiquidError, NotFilled) as error:
        raise ValidationError(_in_words(error)) from error


def _in_words(error: BaseException) -> str:
    # What went wrong first: the engine wraps its own errors.
    while isinstance(error.__cause__, LiquidError):
        error = error.__cause__
    if isinstance(error, LiquidError):
        return in_words(error, _tags)
    return f"This is no JSON: {error}."


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no value of JSON")
