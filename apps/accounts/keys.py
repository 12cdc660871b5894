"""Keys of rows as addresses, forms and terms name them."""

from typing import Any

# Of a key in every database.
MOST_DIGITS = 18


def read(text: Any) -> int | None:
    """Return the number that the text writes; None where it is no key of any row. Digits of other
    scripts are none, and Python itself refuses to read thousands of them."""
    text = str(text if text is not None else "")
    is_number = text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS
    return int(text) if is_number else None


def is_none(text: Any) -> bool:
    """Whether the text writes a number that no key can be, and that a database may not hold."""
    digits = str(text).removeprefix("-")
    return digits.isdecimal() and read(digits) is None
