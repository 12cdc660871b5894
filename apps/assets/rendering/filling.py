from functools import lru_cache
from typing import Any
from urllib.parse import urljoin

from apps.accounts.models import Site
from apps.assets.tags import is_web_address, render_address
from apps.assets.tags.language import Context


def address(text: str, site: Site, context: Context, *, home: bool = False) -> str:
    """Return the filled address, absolute; what is no web address leads home or nowhere."""
    if not text:
        return site.home if home else ""
    absolute = _absolute(site.home, render_address(text, context).strip())
    return absolute or (site.home if home else "")


@lru_cache(maxsize=4_000)
def _absolute(home: str, written: str) -> str:
    try:
        absolute = urljoin(home, written) if written else ""
    except ValueError:
        return ""
    return absolute if is_web_address(absolute) else ""


def filled(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values without the empty ones."""
    return {name: value for name, value in values.items() if value}
