"""What a test can do with a tab, whichever browser it is in."""

import json
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

from . import scripts
from .scripts import ScriptError

POLL_INTERVAL = 0.05
VIEWPORT = (1280, 800)
MIDDLE = """(element => {
  const { left, right, top, bottom } = element.getBoundingClientRect();
  return [(left + right) / 2, (top + bottom) / 2];
})(%s)"""

Json = Any


class Page(ABC):
    """A tab. Values of the page come back as JSON would carry them; None stands for undefined."""

    def __init__(self) -> None:
        self.errors: list[str] = []
        self.downloads: list[Path] = []
        self._finger = (0.0, 0.0)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.url}>"

    @property
    @abstractmethod
    def url(self) -> str:
        """The address the tab shows."""

    @abstractmethod
    def goto(self, url: str) -> None:
        """Load an address and wait for its load event."""

    @abstractmethod
    def reload(self) -> None:
        """Load the same address again and wait for its load event."""

    @abstractmethod
    def press(self, key: str) -> None:
        """Press a key by its DOM name, with modifiers as in `Shift+Tab`."""

    @abstractmethod
    def choose_file(self, selector: str, path: Path) -> None:
        """Choose a file in a file input, as a person does in the dialog that it opens."""

    @abstractmethod
    def screenshot(self, path: str | Path) -> None:
        """Save what the tab shows as a PNG."""

    @abstractmethod
    def set_viewport(self, width: int, height: int) -> None:
        """Give the page another size, in CSS pixels."""

    @abstractmethod
    def close(self) -> None:
        """Close the tab."""

    @abstractmethod
    def _call(self, function: str) -> Json:
        """Call a function without arguments in the page. Raises ScriptError."""

    @abstractmethod
    def _click_at(self, x: float, y: float) -> None:
        """Press and release the main button there, as a person's gesture."""

    @abstractmethod
    def _touch(self, kind: str, x: float, y: float) -> None:
        """Bring a finger down, move it or lift it there: `start`, `move`, `end`."""

    @abstractmethod
    def _insert(self, text: str) -> None:
        """Type into whatever has the focus."""

    def evaluate(self, script: str, *args: object) -> Json:
        """The value of an expression, or of calling it with `args` if it is a function.

        Promises are awaited. Raises ScriptError for what the page throws.
        """
        return json.loads(self._call(scripts.evaluation(script, args))[1])

    def wait_for(self, script: str, timeout: float = 30) -> Json:
        """Look until the expression is truthy to the page; returns its value, or True.

        Raises TimeoutError.
        """
        deadline = time.monotonic() + timeout
        problem: object = "it stayed falsy"
        while True:
            try:
                is_truthy, value = self._call(scripts.evaluation(script, ()))
                if is_truthy:
                    # An element is truthy to the page, but {} as JSON.
                    return json.loads(value) or True
            except ScriptError as error:
                problem = error
            if time.monotonic() > deadline:
                raise TimeoutError(f"{script} at {self.url} in {timeout} s: {problem}")
            time.sleep(POLL_INTERVAL)

    def click(self, target: str, timeout: float = 30) -> None:
        """Click the centre of an element with a trusted gesture.

        `target` is a CSS selector, looked for through open shadow roots, or a JavaScript
        expression for an element. Waits until it can be hit and rests, and presses again where
        the page has moved it away meanwhile. Raises TimeoutError.
        """
        deadline = time.monotonic() + timeout
        before: Json = None
        while True:
            place = self._aim(target)
            if "problem" not in place and place == before:
                self._click_at(place["x"], place["y"])
                if not self._has_missed():
                    return
                place = {"problem": "is moved about"}
            if time.monotonic() > deadline:
                self._has_missed()
                problem = place.get("problem", "does not come to rest")
                raise TimeoutError(f"{target} at {self.url} in {timeout} s: {problem}")
            before = place
            time.sleep(POLL_INTERVAL)

    def hold(self, target: str) -> None:
        """Rest a finger on the centre of an element, by a JavaScript expression, that is in
        sight."""
        self._finger = self._middle(target)
        self._touch("start", *self._finger)

    def slide(self, target: str, steps: int = 10) -> None:
        """Move the finger that rests on the page to the centre of an element in sight."""
        (x, y), (to_x, to_y) = self._finger, self._middle(target)
        for step in range(1, steps + 1):
            part = step / steps
            self._touch("move", x + (to_x - x) * part, y + (to_y - y) * part)
        self._finger = (to_x, to_y)

    def lift(self) -> None:
        self._touch("end", *self._finger)

    def _middle(self, target: str) -> tuple[float, float]:
        x, y = self.evaluate(MIDDLE % target)
        return x, y

    def type(self, target: str, text: str, timeout: float = 30) -> None:
        """Click an element and type the text into it."""
        self.click(target, timeout)
        self._insert(text)

    def wait_for_download(self, timeout: float = 30) -> Path:
        """The file that this tab has saved last, whole, under the name the site gave it.

        Raises TimeoutError.
        """
        deadline = time.monotonic() + timeout
        while not self.downloads:
            if time.monotonic() > deadline:
                raise TimeoutError(f"nothing was downloaded from {self.url} in {timeout} s")
            time.sleep(POLL_INTERVAL)
        return self.downloads[-1]

    def _has_missed(self) -> bool:
        """Whether the last press hit something else; nothing is aimed at any more."""
        try:
            return bool(self.evaluate(scripts.HAS_MISSED))
        except ScriptError:
            # It was hit, and the page is on its way to another.
            return False

    def _aim(self, target: str) -> Json:
        place = self._place(scripts.aim_by_selector(target))
        if place.get("problem") != "not found":
            return place
        return self._place(scripts.aim_by_expression(target))

    def _place(self, script: str) -> Json:
        try:
            return self.evaluate(script)
        except ScriptError:
            # A selector is seldom an expression too, and a page on its way has no elements yet.
            return {"problem": "not found"}
