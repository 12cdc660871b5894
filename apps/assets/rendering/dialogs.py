"""A popup as the site's script shows it."""

from typing import Any

from apps.accounts.models import Site
from apps.assets.models import Button
from apps.assets.rendering.filling import address, language
from apps.assets.rendering.sources import Content
from apps.assets.tags import render
from apps.assets.tags.language import Context

COLORS = {
    "background": "background_color",
    "text": "text_color",
    "button": "button_color",
    "button_text": "button_text_color",
}


def dialog(content: Content, site: Site, context: Context) -> dict[str, Any]:
    """Return what the script needs to show the popup; texts only, never markup."""
    colors = {name: content[column] for name, column in COLORS.items() if content[column]}
    return {
        "title": render(content["title"], context).strip(),
        "text": render(content["text"], context).strip(),
        "image": address(content["image"], site, context) or None,
        "layout": content["layout"],
        "position": content["position"],
        "full_screen_on_phones": content["is_full_screen_on_phones"],
        "delay": content["delay"],
        "pages": content["pages"].split(),
        "language": language(content["language"], site.default_language),
        "direction": content["direction"],
        "close_label": render(content["close_label"], context).strip() or "Close",
        "colors": colors or None,
        "buttons": [
            {
                "index": index,
                "label": render(button["label"], context).strip() or str(index + 1),
                "action": button["action"],
                "url": address(button["url"], site, context) or None,
                "event": button["event"] or None,
                "style": "secondary" if button["action"] == Button.Action.CLOSE else "primary",
            }
            for index, button in enumerate(content["buttons"])
        ],
    }


def asks_permission(content: Content) -> bool:
    return any(each["action"] == Button.Action.ASK_PERMISSION for each in content["buttons"])
