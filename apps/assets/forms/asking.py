"""Where a popup may ask for push permission: what its buttons say together, and with its place."""

from collections.abc import Sequence

from apps.assets.models import Button, Popup

# Where browsers put their own question about notifications.
OF_THE_BROWSER = Popup.Position.TOP
ASK = Button.Action.ASK_PERMISSION


def problems(actions: Sequence[str], position: str | None) -> dict[int, str]:
    """Return what is wrong with the actions of the buttons of one content, in a popup that stands
    at `position` (None: wherever), by the place of the button, from 0."""
    asking = [place for place, action in enumerate(actions) if action == ASK]
    words = "One button asks for push permission already; a browser asks only once."
    found = dict.fromkeys(asking[1:], words)
    if asking and position == OF_THE_BROWSER:
        found[asking[0]] = (
            "The browser's own question appears at the top and must not be hidden: choose another "
            "position for the popup, or another action."
        )
    return found
