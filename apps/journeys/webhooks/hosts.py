"""How many requests each server may have at once, so that none holds up the others."""

import time
from collections import Counter

PER_HOST = 20


def origin_of(url: str) -> str:
    """Return the beginning of a call's address that says which server it is of, up to the slash
    behind the host."""
    return url[: url.index("/", url.index("//") + 2) + 1]


class Hosts:
    """Who has how many under way. One that gave no answer has them one by one until it does."""

    def __init__(self) -> None:
        self._under_way: Counter[str] = Counter()
        self._silent: set[str] = set()
        self._found_none: tuple[set[str], float] = set(), 0.0

    def may_look(self, *, every: float) -> bool:
        """Return whether it is time to look for calls: where the same servers are full as when
        none were found for the others, all that is due would be read for nothing."""
        full, at = self._found_none
        return set(self.full()) != full or time.monotonic() >= at + every

    def found_none(self) -> None:
        self._found_none = set(self.full()), time.monotonic()

    def take(self, url: str) -> bool:
        """Return whether the server may be asked once more now, and if so count it."""
        origin = origin_of(url)
        if self._room(origin) <= 0:
            return False
        self._under_way[origin] += 1
        return True

    def give_back(self, url: str, *, is_silent: bool) -> None:
        origin = origin_of(url)
        self._under_way[origin] -= 1
        (self._silent.add if is_silent else self._silent.discard)(origin)

    def full(self) -> list[str]:
        """Return the origins that are not to be asked now."""
        return [origin for origin in self._under_way if self._room(origin) <= 0]

    def _room(self, origin: str) -> int:
        return (1 if origin in self._silent else PER_HOST) - self._under_way[origin]
