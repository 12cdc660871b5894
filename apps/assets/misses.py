"""What of a push its audience would not see: "who will miss what"."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apps.assets import compatibility, places
from apps.assets.audience import Audience, Group, percent
from apps.assets.cuts import Cut
from apps.assets.rendering import Source

COUNTED = ("none", "one", "two", "three")
# How the matrix calls what the content calls otherwise.
FIELDS = {
    "image": "image",
    "icon": "icon",
    "badge": "badge",
    "require_interaction": "stay_on_screen",
    "silent": "silent",
    "tag": "replace_key",
}
WORDS = {
    "image": "{} will not see the image",
    "icon": "{} will see the icon of the site or the browser instead of yours",
    "badge": "{} will not see the badge",
    "require_interaction": "{} will see it go away by itself",
    "silent": "{} may hear a sound all the same",
    "tag": "{} will see it beside the earlier one, not in its place",
    "dir": "{} ignore the text direction",
}


@dataclass(frozen=True, kw_only=True)
class Miss:
    """What `count` of the known devices do not show; `sentence` says it with the share."""

    feature: str
    count: int
    percent: int
    sentence: str


def misses(source: Source, audience: Audience, cuts: Iterable[Cut]) -> list[Miss]:
    """Return what of the push would not be seen, the widest miss first; nothing about what no
    content of it has, and nothing when there is nobody. `cuts` are those of its texts."""
    contents = _contents(source)
    found = []
    for feature in WORDS:
        having = [name for name, content in contents.items() if _has(content, feature)]
        if having:
            lost = [group for group in audience.known if not group.client.shows[feature]]
            found.append(_miss(feature, WORDS[feature], lost, audience, having, contents))
    found += _button_misses(contents, audience)
    found += [_cut(cut, audience, contents) for cut in cuts]
    return sorted((miss for miss in found if miss.count), key=lambda miss: -miss.count)


def _contents(source: Source) -> dict[str, dict[str, Any]]:
    keys = (None, *(version.key for version in source.versions))
    return {places.content_words(source, key): source.content_of(key) for key in keys}


def _has(content: Mapping[str, Any], feature: str) -> bool:
    if feature == "dir":
        return content["direction"] != "auto"
    return bool(content[FIELDS[feature]])


def _button_misses(contents: dict[str, dict[str, Any]], audience: Audience) -> list[Miss]:
    most = max(len(content["buttons"]) for content in contents.values())
    having = [name for name, content in contents.items() if content["buttons"]]
    longest = [name for name, content in contents.items() if len(content["buttons"]) == most]
    if not most:
        return []
    none = [group for group in audience.known if not group.client.max_actions]
    found = [_miss("actions", "{} see no buttons", none, audience, having, contents)]
    for shown in range(1, most):
        some = [group for group in audience.known if group.client.max_actions == shown]
        words = f"Buttons: {{}} see {COUNTED[shown]} of {COUNTED[most]}"
        found.append(_miss("actions", words, some, audience, longest, contents))
    return found


def _cut(cut: Cut, audience: Audience, contents: Mapping[str, Any]) -> Miss:
    lost = [group for group in audience.known if cut.is_by(group.client)]
    words = f"{{}} will see the {compatibility.label_of(cut.name)} cut off"
    return _miss(cut.name, words, lost, audience, cut.contents, contents)


def _miss(
    feature: str,
    words: str,
    lost: Sequence[Group],
    audience: Audience,
    having: Sequence[str],
    contents: Mapping[str, Any],
) -> Miss:
    count = sum(group.count for group in lost)
    where = "" if len(having) == len(contents) else f" (only in {', '.join(having)})"
    who = ", ".join(_named(lost, audience.known, feature))
    return Miss(
        feature=feature,
        count=count,
        percent=round(100 * count / audience.total) if audience.total else 0,
        sentence=f"{words.format(percent(count, audience.total))}: {who}{where}",
    )


def _named(lost: Sequence[Group], everybody: Sequence[Group], feature: str) -> list[str]:
    """Name the browsers: by system where others of the name show it, by version likewise."""
    gone = {id(group) for group in lost}
    kept = [group for group in everybody if id(group) not in gone]
    browsers = {group.browser for group in kept}
    systems = {(group.browser, group.os) for group in kept}
    found: Counter[str] = Counter()
    for group in lost:
        name = group.browser
        if name in browsers:
            name = f"{name} on {group.os}"
        if (group.browser, group.os) in systems:
            # New ones show two buttons of three, old ones none.
            is_new = feature == "actions" and group.client.max_actions
            when = "since" if is_new else "before"
            name = f"{group.browser} {when} {group.client.since[feature]}"
        found[name] += group.count
    return [name for name, _ in found.most_common()]
