import re
from functools import lru_cache
from typing import Any
from urllib.parse import urljoin

from apps.accounts.models import Site
from apps.assets.tags import is_web_address, render_address
from apps.assets.tags.language import Context

# BCP 47 without extensions: language, script, region.
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
BREAKS = re.compile(r"[\t\r\n]")


def address(text: str, site: Site, context: Context, *, home: bool = False) -> str:
    """Return the filled address, absolute; what is no web address leads home or nowhere."""
    if not text:
        return site.home if home else ""
    found = absolute(site.home, render_address(text, context).strip())
    return found or (site.home if home else "")


@lru_cache(maxsize=4_000)
def absolute(home: str, written: str) -> str:
    """Return the address as one seen from the home page, or nothing when it is no web address."""
    try:
        joined = urljoin(home, BREAKS.sub("", written)) if written else ""
    except ValueError:
        return ""
    return joined.replace(" ", "%20") if is_web_address(joined) else ""


@lru_cache(maxsize=4_000)
def language(*wanted: str) -> str:
    """Return the first that is a language code; visitors' browsers and sites write en_US, too."""
    codes = (code.replace("_", "-") for code in wanted if isinstance(code, str))
    return next((code for code in codes if LANGUAGE.fullmatch(code)), "")


def filled(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values without the empty ones."""
    return {name: value for name, value in values.items() if value}
