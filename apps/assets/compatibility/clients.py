"""The browsers of the matrix, at their newest or as old as a device says that it is."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

MATRIX = Path(__file__).with_name("matrix.toml")
ACTIONS = "actions"
SHOWN = (
    *("title", "body", "icon", "image", "badge"),
    *("require_interaction", "silent", "tag", "dir"),
)
# How members of a notification are called in the matrix.
MEMBERS = {"requireInteraction": "require_interaction"}


@dataclass(frozen=True, kw_only=True)
class Client:
    """A browser on a kind of system.

    `shows` says by name of SHOWN what of a push is seen there, `since` from which version on
    (as in "16.6"; a name that is not in it: in all or in none), `only` on which systems alone.
    `browsers` and `systems` are names as devices have them; of `kin` the version is not that of
    the engine. `push` is the first version that gets pushes at all. What is shown of a text at
    most (apps.assets.compatibility.texts) is from the sources that the matrix names; without
    `body_lines` none names a number of lines.
    """

    name: str
    label: str
    shows: Mapping[str, bool]
    max_actions: int
    title_chars: int
    body_chars: int
    body_lines: int | None
    browsers: tuple[str, ...] = ()
    kin: tuple[str, ...] = ()
    systems: tuple[str, ...] = ()
    push: str = ""
    since: Mapping[str, str] = field(default_factory=dict)
    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def at(self, version: str | int = "", os: str = "") -> "Client":
        """Return it as it is in that version and on that system; empty: the newest, on any."""
        # A device says "16": whoever has a subscription has at least the first that gets pushes.
        own = _numbers(version) and max(_numbers(version), _numbers(self.push))
        old = {name for name, since in self.since.items() if own and own < _numbers(since)}
        away = {name for name, systems in self.only.items() if os and os not in systems}
        lost = old | away
        if not lost:
            return self
        return replace(
            self,
            shows={name: shown and name not in lost for name, shown in self.shows.items()},
            max_actions=0 if ACTIONS in lost else self.max_actions,
        )


@cache
def _matrix() -> dict[str, Any]:
    return tomllib.loads(MATRIX.read_text())


@cache
def _clients() -> tuple[Client, ...]:
    return tuple(_client(name, row) for name, row in _matrix()["clients"].items())


def clients() -> list[Client]:
    """Return the browsers of the matrix in its order, each at its newest."""
    return list(_clients())


def label_of(feature: str) -> str:
    """Return how people call what is shown: “image”, “buttons”."""
    return _matrix()["features"][feature]["label"]


def of_device(browser: str, version: str | int = "", os: str = "") -> Client | None:
    """Return what a device of these words (apps.devices.user_agents) shows; None when the matrix
    does not know it. Without a version it counts as new."""
    client, is_comparable = _known().get((browser, os), (None, False))
    return client and client.at(version if is_comparable else "", os)


@cache
def _known() -> dict[tuple[str, str], tuple[Client, bool]]:
    """Return by browser and system the client, and whether its versions are the device's."""
    found: dict[tuple[str, str], tuple[Client, bool]] = {}
    for client in _clients():
        for system in client.systems:
            found |= {(name, system): (client, False) for name in client.kin}
            found |= {(name, system): (client, True) for name in client.browsers}
    return found


def missing(notification: Mapping[str, Any], client: Client, version: str | int = "") -> list[str]:
    """Return the names, of SHOWN and "actions", of what is in the notification (as it is
    rendered) and is not shown there, or not all of it."""
    client = client.at(version)
    held = {MEMBERS.get(name, name): value for name, value in notification.items()}
    found = [name for name in SHOWN if held.get(name) and not client.shows[name]]
    is_more = len(held.get(ACTIONS, ())) > client.max_actions
    return [*found, *([ACTIONS] if is_more else [])]


def _client(name: str, row: Mapping[str, Any]) -> Client:
    features = _matrix()["features"]
    values = {feature: held[name] for feature, held in features.items()}
    return Client(
        name=name,
        label=row["label"],
        shows={feature: bool(values[feature]) for feature in SHOWN},
        max_actions=features[ACTIONS]["most"][name],
        title_chars=row["title_chars"],
        body_chars=row["body_chars"],
        body_lines=row.get("body_lines"),
        browsers=tuple(row["browsers"]),
        kin=tuple(row["kin"]),
        systems=tuple(row["systems"]),
        push=row["push"],
        since={feature: value for feature, value in values.items() if isinstance(value, str)},
        only={
            feature: tuple(held["only"][name])
            for feature, held in features.items()
            if name in held.get("only", {})
        },
    )


def _numbers(version: str | int) -> tuple[int, ...]:
    """Read "16.6" as (16, 6); () for what is no version."""
    parts = str(version).split(".")
    return tuple(int(part) for part in parts) if all(_is_number(part) for part in parts) else ()


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 9
