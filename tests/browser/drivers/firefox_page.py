"""A tab of Firefox, moved by BiDi."""

import base64
from pathlib import Path
from typing import Any

from .bidi import Bidi, BidiError
from .page import Page
from .scripts import ScriptError

Json = Any

# Code points for keys without a character (WebDriver, section 17.4.2).
KEYS = {
    "Backspace": "\ue003",
    "Tab": "\ue004",
    "Enter": "\ue007",
    "Shift": "\ue008",
    "Control": "\ue009",
    "Alt": "\ue00a",
    "Escape": "\ue00c",
    "Space": " ",
    "PageUp": "\ue00e",
    "PageDown": "\ue00f",
    "End": "\ue010",
    "Home": "\ue011",
    "ArrowLeft": "\ue012",
    "ArrowUp": "\ue013",
    "ArrowRight": "\ue014",
    "ArrowDown": "\ue015",
    "Delete": "\ue017",
}


class FirefoxPage(Page):
    """A browsing context, by its id; also the browser's own window, which is one too."""

    def __init__(self, bidi: Bidi, context: str) -> None:
        super().__init__()
        self.context = context
        self._bidi = bidi

    @property
    def url(self) -> str:
        tree = self._bidi.send("browsingContext.getTree", root=self.context, maxDepth=0)
        return tree["contexts"][0]["url"]

    def goto(self, url: str) -> None:
        self._bidi.send("browsingContext.navigate", context=self.context, url=url, wait="complete")

    def reload(self) -> None:
        self._bidi.send("browsingContext.reload", context=self.context, wait="complete")

    def press(self, key: str) -> None:
        *modifiers, last = key.split("+") if len(key) > 1 else [key]
        keys = [KEYS.get(name, name) for name in (*modifiers, last)]
        actions = [{"type": "keyDown", "value": value} for value in keys]
        actions += [{"type": "keyUp", "value": value} for value in reversed(keys)]
        self._act("key", "keyboard", actions)

    def choose_file(self, selector: str, path: Path) -> None:
        locator = {"type": "css", "value": selector}
        found = self._bidi.send(
            "browsingContext.locateNodes", context=self.context, locator=locator
        )
        element = {"sharedId": found["nodes"][0]["sharedId"]}
        self._bidi.send("input.setFiles", context=self.context, element=element, files=[str(path)])

    def screenshot(self, path: str | Path) -> None:
        shot = self._bidi.send("browsingContext.captureScreenshot", context=self.context)
        Path(path).write_bytes(base64.b64decode(shot["data"]))

    def set_viewport(self, width: int, height: int) -> None:
        size = {"width": width, "height": height}
        self._bidi.send("browsingContext.setViewport", context=self.context, viewport=size)

    def close(self) -> None:
        self._bidi.send("browsingContext.close", context=self.context)

    def _call(self, function: str) -> Json:
        try:
            result = self._bidi.send(
                "script.callFunction",
                functionDeclaration=function,
                awaitPromise=True,
                target={"context": self.context},
            )
        except BidiError as error:
            raise ScriptError(str(error)) from error
        if result["type"] == "exception":
            raise ScriptError(result["exceptionDetails"]["text"])
        return [value.get("value") for value in result["result"]["value"]]

    def _click_at(self, x: float, y: float) -> None:
        place = {"x": round(x), "y": round(y), "origin": "viewport"}
        actions = [
            {"type": "pointerMove", **place},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        self._act("pointer", "mouse", actions)

    def _touch(self, kind: str, x: float, y: float) -> None:
        move = {"type": "pointerMove", "x": round(x), "y": round(y), "origin": "viewport"}
        actions = {
            "start": [move, {"type": "pointerDown", "button": 0}],
            "move": [move],
            "end": [{"type": "pointerUp", "button": 0}],
        }
        self._act("pointer", "finger", actions[kind], pointerType="touch")

    def _insert(self, text: str) -> None:
        strokes = (
            ({"type": "keyDown", "value": value}, {"type": "keyUp", "value": value})
            for value in text
        )
        self._act("key", "keyboard", [stroke for pair in strokes for stroke in pair])

    def _act(self, kind: str, name: str, actions: list[Json], **parameters: str) -> None:
        source = {"type": kind, "id": name, "actions": actions}
        if parameters:
            source["parameters"] = parameters
        self._bidi.send("input.performActions", context=self.context, actions=[source])
