"""JSON that nobody of good will sends, and where to put it."""

from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("gold"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def places(value: Any, path: tuple = ()) -> Iterator[tuple]:
    """Yield the path to every part of the JSON."""
    yield path
    rows = enumerate(value) if isinstance(value, list) else getattr(value, "items", tuple)()
    for key, each in rows:
        yield from places(each, (*path, key))
