"""What the template engine says is wrong, in words of those who write pushes."""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping

from liquid import Environment
from liquid.exceptions import LiquidError

from apps.assets.tags.bounds import LOOPS

# Tags that have an end of their own, and those that stand between the two.
BLOCKS = ("if", "unless", "case", "for", "capture", "comment", "raw")
BETWEEN = {"else": "if", "elsif": "if", "when": "case", "break": "for", "continue": "for"}
MISSING = "Something is missing here: name a value, such as {{ state.first_name }}."
QUOTES = "“”„‘’‚«»"
EXAMPLES = {
    "if": "{% if state.vip %}",
    "unless": "{% unless state.vip %}",
    "case": "{% case state.plan %}",
    "for": "{% for item in event.items %}",
    "capture": "{% capture name %}",
    "assign": "{% assign name = state.first_name %}",
}
OPERATORS = "Compare with ==, !=, >, <, >=, <= or contains."

Words = str | Callable[[re.Match[str], str, Environment], str]


def in_words(error: LiquidError, env: Environment) -> str:
    """Return a sentence about the error, or the engine's own behind a few words of ours."""
    said = str(error.args[0] if error.args else error).strip().split("\n")[0][:200]
    at = error.token.value if error.token else ""
    for pattern, words in SAYINGS.items():
        if found := re.fullmatch(pattern, said):
            return words if isinstance(words, str) else words(found, at, env)
    # Limits of our own are sentences already.
    return said if said.endswith(".") else f"This tag is not right: {said}"


def like(name: str, known: Iterable[str], form: str) -> str:
    """Return the question whether the nearest of the known names is meant, or nothing."""
    close = difflib.get_close_matches(name[:60], list(known), n=1, cutoff=0.7)
    return f" Do you mean “{form.format(close[0])}”?" if close else ""


def _filter(found: re.Match[str], at: str, env: Environment) -> str:
    name = found["name"]
    return f"There is no filter “{name}”.{like(name, _filters(env), '{}')}"


def _filters(env: Environment) -> Iterable[str]:
    return (name for name in env.filters if name != "encode_part")


def _tag(found: re.Match[str], at: str, env: Environment) -> str:
    name = found["name"]
    opener = name.removeprefix("end")
    if name == "end of expression":
        return _unclosed("case")
    if opener in BLOCKS and opener != name:
        return f"{{% {name} %}} closes nothing: {{% {opener} … %}} is missing before it."
    if name in BETWEEN:
        return _outside(name)
    if name in BLOCKS:
        return _unclosed(name)
    known = [each for each in env.tags if each.isalpha()]
    hint = like(name, known, "{{% {} %}}")
    return f"There is no tag {{% {name} %}}.{hint}"


def _outside(name: str) -> str:
    block = BETWEEN[name]
    return f"{{% {name} %}} belongs between {{% {block} … %}} and {{% end{block} %}}."


def _unclosed(name: str) -> str:
    return f"{{% {name} %}} is not closed: add {{% end{name} %}}."


def _no_expression(found: re.Match[str], at: str, env: Environment) -> str:
    example = EXAMPLES.get(at, f"{{% {at} … %}}")
    return f"{{% {at} %}} says nothing yet. Write for example {example}."


def _character(found: re.Match[str], at: str, env: Environment) -> str:
    if at in QUOTES:
        return "Only straight quotation marks work in a tag: ' or \"."
    if at in ("'", '"'):
        return f"The closing {at} is missing."
    return f"“{at}” means nothing in a tag."


def _surplus(found: re.Match[str], at: str, env: Environment) -> str:
    if at == "=":
        return f"= is not for comparing. {OPERATORS}"
    if at == "||":
        return "Write one | before a filter, not two."
    return f"“{at}” does not belong here. A filter stands after |, and its values after a colon."


def _primitive(found: re.Match[str], at: str, env: Environment) -> str:
    return MISSING if found["found"] == "end of expression" else f"“{at}” is not a value."


def _filter_values(found: re.Match[str], at: str, env: Environment) -> str:
    return f"The filter “{at}” needs a value after a colon."


SAYINGS: Mapping[str, Words] = {
    "expected '}}', found end of file": "}} is missing: {{ has no end.",
    "missing tag name or closing delimiter": "%} is missing, or the tag's name after {%.",
    r"expected tag end(?P<name>\w+), found .*": lambda found, *_: _unclosed(found["name"]),
    "(?:comment|doc) tag wa[sd] never closed": lambda found, at, _: _unclosed(at),
    "unknown filter '(?P<name>.*)'": _filter,
    "unexpected tag '(?P<name>.*)'": _tag,
    "unexpected '(?P<name>break|continue)'": lambda found, *_: _outside(found["name"]),
    "missing expression": _no_expression,
    "unexpected .*": _character,
    "unknown operator .*": lambda found, at, _: f"“{at}” compares nothing. {OPERATORS}",
    "expected an infix expression, found .*": OPERATORS,
    "expected a primitive expression, found (?P<found>.*)": _primitive,
    "(?:missing or unexpected path segment|expected an identifier, found .*)": (
        "The name is not finished: write it like {{ state.first_name }}."
    ),
    "expected (?:word|dot or bracket notation), found .*": "The filter's name is missing after |.",
    "expected ']', found .*": "The closing ] is missing.",
    "expected '=', found .*": f"Write = and a value, as in {EXAMPLES['assign']}.",
    "expected in, found .*": f"“in” is missing, as in {EXAMPLES['for']}.",
    "expected 'reversed', 'offset' or 'limit'.*": "A loop takes reversed, limit: 3 and offset: 3.",
    r"expected one of \('colon',?.*": "A colon is missing.",
    "expected a comma separated list of arguments.*": "Put a comma between a filter's values.",
    "expected end of expression, found .*": _surplus,
    "found an 'else' tag expression.*": "{% else %} asks nothing. Do you mean {% elsif … %}?",
    r".* takes .*positional arguments? but .*": (
        lambda found, at, _: f"The filter “{at}” takes fewer values."
    ),
    r".* missing \d+ required positional arguments?.*": _filter_values,
    r".* got an unexpected keyword argument.*": (
        lambda found, at, _: f"The filter “{at}” takes no value of that name."
    ),
    r"\w+: can't divide by .*": "Nothing can be divided by 0.",
    r"\w+ expected an integer(?: start)?, found .*": (
        lambda found, at, _: f"The filter “{at}” takes a whole number."
    ),
    "'<' and '>' are not supported.*": "A number and a text cannot be compared by > or <.",
    "'in' and 'contains' are not supported.*": "Only a text or a list contains something.",
    "disallowed ternary expression": "Write {% if … %} around the tag instead of if within it.",
    "disallowed parentheses.*": "Conditions take no brackets: nest {% if %} instead.",
    "range outside of a loop": "A row of numbers such as (1..5) belongs into {% for %}.",
    "nested too deeply": "This is nested too deeply.",
    "block nesting limit reached": "Tags stand in each other at most 30 deep.",
    "loop iteration limit reached": f"A loop goes round more than {LOOPS:,} times.",
    "range literal length limit reached": f"A loop goes round more than {LOOPS:,} times.",
    "local namespace limit reached": "Too much is kept by {% assign %} and {% capture %}.",
    "invalid base64-encoded string": "This is no base64.",
    "integer string conversion limit.*": "A number has too many digits.",
}
