"""The dialog of a popup as only a marketer sees it: nothing is counted, and buttons say what they
would do."""

from typing import Any

from apps.assets.models import Button


def previewed(dialog: dict[str, Any], word: str = "") -> dict[str, Any]:
    """Return what the site's script needs to show the dialog (apps.assets.rendering) as a
    preview, marked with `word`."""
    buttons = [{**button, "does": _does(button)} for button in dialog["buttons"]]
    return {**dialog, "buttons": buttons, "preview": word}


def _does(button: dict[str, Any]) -> str:
    said = {
        Button.Action.OPEN: f"opens {button['url'] or 'nothing: it has no address'}",
        Button.Action.ASK_PERMISSION: "here the browser asks for permission",
        Button.Action.TRACK: f"tracks the event “{button['event']}”",
        Button.Action.CLOSE: "closes, and counts as “no”",
    }
    return f"Preview: {said[button['action']]}"
