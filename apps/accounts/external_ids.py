"""Which texts can be the external id of a contact."""

MAX_LENGTH = 150

# What a system sends whose own variable was empty: all its people would become one.
NO_IDS = {"undefined", "null", "none", "nan", "false", "true", "0", "[object object]", "n/a", "-"}


def problem(external_id: str) -> str | None:
    """Say why the text, without blanks around it, cannot be an external id; None when it can."""
    if not external_id:
        return "This is empty."
    if len(external_id) > MAX_LENGTH:
        return f"An external id has at most {MAX_LENGTH} characters."
    if external_id.lower() in NO_IDS:
        return f"“{external_id}” is no id of a person."
    if "\0" in external_id or not _is_text(external_id):
        return "It holds a character that no database can."
    return None


def _is_text(value: str) -> bool:
    """Whether it holds no half characters (lone surrogates)."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
