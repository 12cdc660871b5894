"""A push as the `notification` of a declarative web push message (explainer
"DeclarativeWebPush" of WebKit), which our worker reads too."""

from typing import Any

from apps.accounts.models import Site
from apps.assets.rendering.filling import absolute, address, filled, language
from apps.assets.rendering.sources import Content
from apps.assets.tags import render, visible
from apps.assets.tags.language import Context


def notification(content: Content, site: Site, context: Context) -> dict[str, Any]:
    """Return the notification, without what delivery adds: `tag` is there for a replace key only.

    Members that would be empty are left out: bytes are few. Raises NotFilled (apps.assets.tags).
    """
    buttons = [
        {
            "action": str(number),
            "title": render(button["label"], context).strip() or str(number),
            "navigate": address(button["url"], site, context, home=True),
            "icon": address(button["icon"], site, context),
        }
        for number, button in enumerate(content["buttons"], start=1)
    ]
    key = render(content["replace_key"], context).strip()
    direction = content["direction"]
    shown = {
        "title": render(content["title"], context).strip()
        or visible(site.name).strip()
        or site.home,
        "body": render(content["message"], context).strip(),
        "navigate": address(content["url"], site, context, home=True),
        "lang": language(content["language"], context["state"]["language"], site.default_language),
        "dir": direction if direction != "auto" else "",
        "icon": address(content["icon"], site, context) or absolute(site.home, site.icon),
        "image": address(content["image"], site, context),
        "badge": address(content["badge"], site, context) or absolute(site.home, site.badge),
        "tag": key[:200],
        # What replaces another is news; on its own it makes a sound anyway.
        "renotify": bool(key) and not content["silent"],
        "requireInteraction": content["stay_on_screen"],
        "silent": content["silent"],
        "actions": [filled(button) for button in buttons],
        "data": content["data"],
    }
    return filled(shown)
