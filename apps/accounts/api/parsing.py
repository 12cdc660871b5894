"""Reading what anybody on the internet sends as JSON."""

import json
import re
from collections.abc import Mapping
from typing import Any, BinaryIO

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

MAX_DEPTH = 20

# The escape itself, not a text that spells it: an even number of backslashes before it.
NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


class StrictJSONParser(JSONParser):
    """Refuses with 400 what no database column or template could hold: the character NUL, half
    characters (lone surrogates), infinite numbers, and nesting beyond MAX_DEPTH."""

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
        if _depth_exceeds(data, MAX_DEPTH):
            raise ParseError(f"The JSON is nested deeper than {MAX_DEPTH} levels.")
        try:
            text = json.dumps(data, ensure_ascii=False, allow_nan=False)
        except ValueError as error:
            # 1e999 is read as infinity, which JSON cannot hold.
            raise ParseError("The JSON holds a number that is too large.") from error
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise ParseError("The JSON holds half a character.") from error
        if NUL.search(text):
            raise ParseError("The JSON holds the character NUL.")
        return data


def _depth_exceeds(data: Any, most: int) -> bool:
    """Look level by level, so that depth costs no stack."""
    level = [data]
    for _ in range(most):
        level = [
            child
            for node in level
            if isinstance(node, dict | list)
            for child in (node.values() if isinstance(node, dict) else node)
        ]
        if not level:
            return False
    return True
