"""What each browser shows of a push. A stand-in for the real matrix, with the same contract."""

from dataclasses import dataclass

FIELDS = ("title", "body", "icon", "image", "badge", "require_interaction", "silent", "tag", "dir")


@dataclass(frozen=True, kw_only=True)
class Client:
    """A browser on a system: `shows` by field, and where it cuts the texts."""

    name: str
    label: str
    shows: dict[str, bool]
    max_actions: int
    title_chars: int
    body_chars: int
    body_lines: int


def clients() -> list[Client]:
    """Return the clients in the order in which they are shown."""
    return [
        _client("chrome_windows", "Chrome on Windows", ("badge",), 2, 60, 200, 4),
        _client("chrome_macos", "Chrome on macOS", ("image", "badge"), 2, 40, 150, 4),
        _client("chrome_android", "Chrome on Android", ("require_interaction",), 2, 45, 450, 10),
        _client("edge_windows", "Edge on Windows", ("badge",), 2, 60, 200, 4),
        _client("firefox_desktop", "Firefox on a computer", ("image", "badge"), 2, 60, 200, 4),
        _client(
            "firefox_android",
            "Firefox on Android",
            ("image", "badge", "require_interaction"),
            2,
            45,
            450,
            10,
        ),
        _client(
            "safari_macos",
            "Safari on macOS",
            ("icon", "image", "badge", "require_interaction", "tag"),
            0,
            40,
            150,
            4,
        ),
        _client(
            "safari_ios",
            "Safari on iPhone and iPad",
            ("icon", "image", "badge", "require_interaction", "silent", "tag"),
            0,
            40,
            180,
            4,
        ),
    ]


def _client(name: str, label: str, ignores: tuple[str, ...], actions: int, *bounds: int) -> Client:
    title_chars, body_chars, body_lines = bounds
    return Client(
        name=name,
        label=label,
        shows={field: field not in ignores for field in FIELDS},
        max_actions=actions,
        title_chars=title_chars,
        body_chars=body_chars,
        body_lines=body_lines,
    )
