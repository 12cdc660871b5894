"""The language of tags: Liquid (python-liquid, strict), bounded, with the short form of a
fallback, `{{ state.first_name | my friend }}`, and with values made safe for addresses."""

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, TextIO

from liquid import BoundTemplate, Environment, RenderContext
from liquid.ast import Node
from liquid.builtin.content import ContentNode
from liquid.builtin.expressions import (
    Filter,
    FilteredExpression,
    LoopExpression,
    Path,
    PositionalArgument,
    StringLiteral,
    tokenize,
)
from liquid.builtin.expressions.primitive import RangeLiteral
from liquid.builtin.output import Output, OutputNode
from liquid.exceptions import LiquidError, LiquidSyntaxError
from liquid.expression import Expression
from liquid.stream import TokenStream
from liquid.token import TOKEN_EXPRESSION, TOKEN_OUTPUT, Token

from apps.accounts.characters import HIDDEN
from apps.assets.tags.bounds import LOOPS, MAX_OUTPUT, MAX_TEXT, For, Scope, Template, TooMuch
from apps.assets.tags.filters import ENCODE, ENCODED_BY_HAND, bounded, words

ROOTS = ("state", "event", "journey", "label")
MISSING = object()
NOTHING: Mapping[str, Any] = {}
# Tags that read other templates, write without an output that we could watch, or keep what they
# have written.
LEFT_OUT = (
    *("include", "render", "echo", "liquid", "increment", "decrement", "tablerow"),
    *("ifchanged", "cycle", "doc"),
)
LOGIC = re.compile(r"\{%.*?%\}", re.DOTALL)

Context = Mapping[str, Any]


class NotFilled(ValueError):
    """The tags of a text cannot be filled with the values given."""


class _Printed(OutputNode):
    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        return buffer.write(words(self.expression.evaluate(context)))


class TagOutput(Output):
    """`{{ … }}`, where what follows the first | may be the fallback itself."""

    node_class = _Printed

    def parse(self, stream: TokenStream) -> Any:
        token = stream.eat(TOKEN_OUTPUT)
        inside = stream.expect(TOKEN_EXPRESSION)
        return self.node_class(token, self.finished(self.expression(inside), inside))

    def expression(self, inside: Token) -> FilteredExpression:
        try:
            found = self._parsed(inside)
            for each in found.filters or []:
                each.validate_filter_arguments(self.env)
            return found
        except LiquidError as error:
            written, bar, fallback = inside.value.partition("|")
            if not bar or not _is_short(fallback, self.env):
                if not error.token or error.token.start_index < 0:
                    error.token = inside
                raise
            left = self._parsed(inside._replace(value=written))
            literal = StringLiteral(inside, fallback.strip())
            with_fallback = Filter(inside, "default", [PositionalArgument(literal)])
            return FilteredExpression(left.token, left.left, [with_fallback])

    def _parsed(self, inside: Token) -> FilteredExpression:
        stream = TokenStream(tokenize(inside.value, inside))
        return FilteredExpression.parse(self.env, stream)

    def finished(self, expression: FilteredExpression, inside: Token) -> FilteredExpression:
        return expression


class _AddressOutput(TagOutput):
    """`{{ … }}` inside an address: its value is one part of it, whatever the value holds."""

    def finished(self, expression: FilteredExpression, inside: Token) -> FilteredExpression:
        before = LOGIC.sub("", inside.source[: inside.start_index])
        begins = before.strip(" -\n\t") == "{{"
        used = expression.filters or []
        if not begins and not (used and used[-1].name in ENCODED_BY_HAND):
            expression.filters = [*used, Filter(inside, ENCODE, [])]
        return expression


def _is_short(fallback: str, env: Environment) -> bool:
    """Tell whether what follows the | is a text, and no filter that went wrong."""
    first = re.match(r"\s*(\w*)\s*(:?)", fallback)
    if not fallback.strip() or first[2] or set(fallback) & set("{}|\"'"):
        return False
    is_word = first[1] == fallback.strip()
    return first[1] not in env.filters and not (
        is_word and difflib.get_close_matches(first[1], env.filters, n=1, cutoff=0.85)
    )


class Tags(Environment):
    template_class = Template
    loop_iteration_limit = LOOPS
    local_namespace_limit = 100_000
    output_stream_limit = MAX_OUTPUT
    output_class: type[TagOutput] = TagOutput

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        super().setup_tags_and_filters(extra=extra)
        for name in LEFT_OUT:
            self.tags.pop(name, None)
        self.add_tag(self.output_class)
        self.add_tag(For)
        self.filters = bounded(self.filters)


class _AddressTags(Tags):
    output_class = _AddressOutput


environment, _addresses = Tags(), _AddressTags()


class Values(dict[str, Any]):
    """What the tags of several texts are filled with, by root, read by all of them at once."""

    @cached_property
    def scope(self) -> Scope:
        return Scope(parse(""), globals=self)

    def restart(self) -> None:
        """Give the next text its own time."""
        if scope := self.__dict__.get("scope"):
            scope.restart()


@lru_cache(maxsize=4_000)
def parse(text: str, *, is_address: bool = False) -> BoundTemplate:
    """Return the text, parsed once. Raises LiquidError."""
    return parse_by(_addresses if is_address else environment, text, MAX_TEXT)


def parse_by(tags: Tags, text: str, most: int) -> BoundTemplate:
    """Return the text of at most so many characters, parsed. Raises LiquidError."""
    if len(text) > most:
        raise TooMuch(f"A text with tags has at most {most:,} characters.")
    try:
        template = tags.from_string(text)
        for node in walk(template.nodes):
            for expression in node.expressions():
                _refuse_ranges(expression)
    except (RecursionError, ValueError) as error:
        raise LiquidSyntaxError("nested too deeply", token=None) from error
    return template


def walk(nodes: list[Node]) -> Iterator[Node]:
    """Yield every node of a parsed text."""
    for node in nodes:
        yield node
        yield from walk(node.children(None, include_partials=False))


def _refuse_ranges(expression: Expression, *, in_loop: bool = False) -> None:
    """Leave ranges to loops, which measure them: (1..999999999) is short to write and long to
    walk, for a filter as for `contains`."""
    if isinstance(expression, RangeLiteral) and not in_loop:
        raise LiquidSyntaxError("range outside of a loop", token=expression.token)
    is_loop = isinstance(expression, LoopExpression)
    for each in expression.children():
        _refuse_ranges(each, in_loop=is_loop and each is expression.iterable)


@dataclass(frozen=True)
class _Tag:
    """A tag in a text without logic; `root` and `name` are set when it names a value as most do:
    state.first_name."""

    expression: FilteredExpression
    root: str = ""
    name: str = ""

    @classmethod
    def of(cls, expression: FilteredExpression) -> "_Tag":
        path = expression.left.path if isinstance(expression.left, Path) else ()
        if len(path) == 2 and path[0] in ROOTS and isinstance(path[1], str):
            return cls(expression, *path)
        return cls(expression)

    def filled(self, values: "Values") -> str:
        """As the template does it, without the way from name to name where there is none."""
        held = values.get(self.root, NOTHING).get(self.name, MISSING) if self.root else MISSING
        if held is MISSING:
            held = self.expression.evaluate(values.scope)
        else:
            for each in self.expression.filters or ():
                # A text that is there needs no fallback.
                if each.name != "default" or type(held) is not str or not held:
                    held = each.evaluate(held, values.scope)
        return held if isinstance(held, str) else words(held)


@lru_cache(maxsize=4_000)
def _pieces(text: str, is_address: bool) -> tuple[str | _Tag, ...] | None:
    """Return the text as plain pieces and tags in turn; None when it has logic in between."""
    nodes = parse(text, is_address=is_address).nodes
    if not all(isinstance(node, (ContentNode, OutputNode)) for node in nodes):
        return None
    return tuple(
        node.text if isinstance(node, ContentNode) else _Tag.of(node.expression) for node in nodes
    )


@lru_cache(maxsize=4_000)
def labels_in(text: str) -> frozenset[str] | None:
    """Return the label tags that the text names; None when it may be any of them."""
    if "{" not in text:
        return frozenset()
    try:
        found = parse(text).analyze(include_partials=False).globals.get("label", ())
    except LiquidError:
        return frozenset()
    names = [variable.segments[1] if len(variable.segments) > 1 else None for variable in found]
    return None if not all(isinstance(name, str) for name in names) else frozenset(names)


def wholes(text: str, *, is_address: bool = False) -> list[tuple[str, int]]:
    """Return the roots that the text prints whole, {{ state }}, with the place of each."""
    return [
        (node.expression.left.path[0], node.token.start_index)
        for node in walk(parse(text, is_address=is_address).nodes)
        if isinstance(node, OutputNode)
        and isinstance(node.expression.left, Path)
        and len(node.expression.left.path) == 1
        and node.expression.left.path[0] in ROOTS
    ]


def visible(text: str) -> str:
    """Return the text without what nobody sees in it."""
    return text if text.isprintable() else HIDDEN.sub("", text)


def render(text: str, context: Context) -> str:
    """Return `text` with its tags filled, and without what nobody sees; a tag without a value
    becomes nothing.

    Raises NotFilled when a filter cannot take its value, or the filled text breaks a bound.
    """
    return visible(_filled(text, context, is_address=False) if "{" in text else text)


def render_address(text: str, context: Context) -> str:
    """Return the address `text` filled, each value but one that begins it made one part of it;
    `| raw` leaves a value as it is. Raises NotFilled."""
    return visible(_filled(text, context, is_address=True) if "{" in text else text)


def _filled(text: str, context: Context, *, is_address: bool) -> str:
    try:
        pieces = _pieces(text, is_address)
        if pieces is not None and isinstance(context, Values):
            return _joined(pieces, context)
        return parse(text, is_address=is_address).render(**context)
    except Exception as error:
        # Values come from visitors, and filters raise whatever Python does for them.
        raise NotFilled(str(error)[:200]) from error


def _joined(pieces: tuple[str | _Tag, ...], values: Values) -> str:
    """Fill a text without logic as its template would, with none of what logic needs: most
    texts are so, and there are several a message."""
    values.restart()
    filled = "".join(
        [piece if isinstance(piece, str) else piece.filled(values) for piece in pieces]
    )
    if len(filled) > MAX_OUTPUT:
        raise NotFilled(f"The text would have more than {MAX_OUTPUT:,} characters.")
    return filled
