"""Reading what anybody on the internet sends as JSON."""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

MAX_DEPTH = 20
# Python reads 1e999 as infinity, which JSON cannot say.
MAX_NUMBER = sys.float_info.max

# The escape itself, not a text that spells it: an even number of backslashes before it.
NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


class StrictJSONParser(JSONParser):
    """Refuses with 400 what no database column or template could hold: the character NUL, half
    characters (lone surrogates), numbers beyond a float, and nesting beyond MAX_DEPTH."""

    def parse(
        self,
        stream: BinaryIO,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        try:
            data = super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError("The JSON is nested too deeply.") from error
        for depth, nodes in enumerate(_levels(data)):
            if depth > MAX_DEPTH:
                raise ParseError(f"The JSON is nested deeper than {MAX_DEPTH} levels.")
            if any(type(node) in (int, float) and not abs(node) <= MAX_NUMBER for node in nodes):
                raise ParseError("The JSON holds a number that is too large.")
        text = json.dumps(data, ensure_ascii=False)
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise ParseError("The JSON holds half a character.") from error
        if NUL.search(text):
            raise ParseError("The JSON holds the character NUL.")
        return data


def _levels(data: Any) -> Iterator[list[Any]]:
    """Yield what stands on each level, the outermost first, so that depth costs no stack."""
    level = [data]
    while level:
        yield level
        level = [
            child
            for node in level
            if isinstance(node, dict | list)
            for child in (node.values() if isinstance(node, dict) else node)
        ]
