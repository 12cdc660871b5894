"""How much filling a text may take: what python-liquid leaves unbounded, bounded here.

Templates are written by marketers and their values by visitors, so neither may keep a worker busy
or fill its memory: no single step makes much, and all steps together have a time.
"""

import time
from io import StringIO
from typing import Any, TextIO

from liquid import BoundTemplate, RenderContext
from liquid.builtin.expressions import LoopExpression
from liquid.builtin.tags.for_tag import ForTag
from liquid.exceptions import LoopIterationLimitError, ResourceLimitError
from liquid.stream import TokenStream

# A text, in characters: as it is written, and as it is filled.
MAX_TEXT = 2_000
MAX_OUTPUT = 20_000
# A list that a filter takes or makes: its items, and the characters in them.
MAX_ITEMS = 2_000
MAX_CHARACTERS = 200_000
# A whole number, in bits; beyond this nobody reads it, and it slows each step.
MAX_BITS = 4_096
# A format of dates, and a text that is read as one, in characters.
MAX_DATE = 100
LOOPS = 1_000
# Of processor time for one text, so that a busy machine refuses nothing.
SECONDS = 0.25
FILTER_STEPS, STEPS_BETWEEN_LOOKS = 8, 32


class TooMuch(ResourceLimitError):
    """Filling a text would take more than it may."""

    def __init__(self, message: str) -> None:
        super().__init__(message, token=None)


class Buffer(StringIO):
    """Takes so many characters and no more, and leaves line breaks as they are."""

    def __init__(self, limit: int) -> None:
        super().__init__(newline="")
        self.limit = limit
        self.size = 0

    def write(self, text: str) -> int:
        self.size += len(text)
        if self.size > self.limit:
            raise TooMuch(f"The text would have more than {MAX_OUTPUT:,} characters.")
        return super().write(text)


class Scope(RenderContext):
    """What a text is filled in, with the time that it may take."""

    __slots__ = ("_end", "_steps")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.restart()

    def restart(self) -> None:
        self._steps, self._end = 0, 0.0

    def get(self, *args: Any, **options: Any) -> object:
        self.step(1)
        return super().get(*args, **options)

    def filter(self, *args: Any, **options: Any) -> Any:
        self.step(FILTER_STEPS)
        return super().filter(*args, **options)

    def get_buffer(self, buf: TextIO | None = None) -> Buffer:
        return Buffer(MAX_OUTPUT - (buf.size if isinstance(buf, Buffer) else 0))

    def step(self, weight: int) -> None:
        self._steps += weight
        if self._steps < STEPS_BETWEEN_LOOKS:
            return
        self._steps = 0
        now = time.thread_time()
        self._end = self._end or now + SECONDS
        if now > self._end:
            raise TooMuch("Filling this text takes too long: make it simpler.")


class Template(BoundTemplate):
    context_class = Scope

    def _get_buffer(self) -> Buffer:
        return Buffer(MAX_OUTPUT)


class _Loop(LoopExpression):
    """Measures what it goes through before `offset` and `reversed` walk all of it."""

    __slots__ = ()

    def _to_iter(self, obj: object, context: RenderContext) -> tuple[Any, int]:
        if isinstance(context, Scope):
            context.step(FILTER_STEPS)
        # Of a range too long for len() not even that can be asked.
        if isinstance(obj, range) and obj.stop - obj.start > LOOPS:
            raise LoopIterationLimitError("loop iteration limit reached", token=self.token)
        return super()._to_iter(obj, context)


class For(ForTag):
    """`{% for %}` over bounded ranges."""

    def parse(self, stream: TokenStream) -> Any:
        node = super().parse(stream)
        old = node.expression
        node.expression = _Loop(
            old.token,
            old.identifier,
            old.iterable,
            limit=old.limit,
            offset=old.offset,
            reversed_=old.reversed,
            cols=old.cols,
        )
        return node
