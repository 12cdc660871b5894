"""Whether a push can be sent to anybody at all: so much of it goes into one encrypted message.

What tags will say is not known before, so they count as next to nothing: what is found here is
too large whoever gets it. What is too large for some, the checks say (apps.assets.lint.sizes).
"""

from collections.abc import Iterable
from typing import Any

from apps.accounts.models import Site
from apps.assets import payloads
from apps.assets.models import Push
from apps.assets.rendering import Source
from apps.assets.rendering.notifications import notification
from apps.assets.rendering.sources import Content

ADVICE = "Shorten the texts or addresses, or keep it a draft."
# What stands for a text with tags that is never empty.
SHORTEST = "x"
# What is never left out.
HEAVY = ("title", "message", "url", "icon", "replace_key")
# Addresses, and what they are called in a notification.
ADDRESSES = {"url": "navigate", "icon": "icon", "image": "image", "badge": "badge"}


def problem(source: Source) -> str:
    """Return why the push can never be sent, in words, and of which variation that is so; nothing
    where it may fit, and for what is no push."""
    if source.kind is not Push:
        return ""
    contents = {"": source.content}
    contents |= {version.name: source.content_of(version.key) for version in source.versions}
    for name, content in contents.items():
        size = payloads.fit(least(content, source.site), **payloads.PLACEHOLDER).size
        if size > payloads.MAX_BYTES:
            where = f"Variation “{name}” is too" if name else "Too"
            return (
                f"{where} large for every browser: {size:,} bytes at the least, with all left out "
                f"that can be, and {payloads.MAX_BYTES:,} go into a push. {ADVICE}"
            )
    return ""


def longest(content: Content, names: Iterable[str]) -> str:
    """Return which of the fields holds the most of it: what to shorten first."""
    parts = [name for name in names if name in HEAVY]
    return max(parts, key=lambda name: len(content[name].encode(errors="replace")), default="")


def least(content: Content, site: Site) -> dict[str, Any]:
    """Return the notification (apps.assets.rendering) with everything that has tags as short as
    it can turn out: no contact gets a shorter one."""
    never_empty = {each: SHORTEST for each in ("title", "replace_key") if "{" in content[each]}
    buttons = [
        {
            **_plain(each, ("url", "icon")),
            "label": SHORTEST if "{" in each["label"] else each["label"],
        }
        for each in content["buttons"]
    ]
    plain = {**_plain(content, ("message", *ADDRESSES)), **never_empty, "buttons": buttons}
    shown = notification(plain, site, {"state": {"language": ""}})
    # Where nothing is written the home page and the site's own picture stand, and a language.
    shown.pop("lang", None)
    for name, member in ADDRESSES.items():
        if "{" in content[name]:
            shown.pop(member, None)
    for button, action in zip(content["buttons"], shown.get("actions", ()), strict=False):
        if "{" in button["url"]:
            action.pop("navigate", None)
    return shown


def _plain(content: Content, names: Iterable[str]) -> Content:
    """Return the content with nothing where there are tags."""
    return {**content, **{name: "" for name in names if "{" in content[name]}}
