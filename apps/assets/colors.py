"""The colours of a popup: whether people can read what is written in them."""

from collections.abc import Mapping

# What the script takes where the popup says nothing (STYLE in static/pushdesk.js). A popup with
# a colour of its own looks the same in light and in dark mode, so these are the light ones.
DEFAULTS = {
    "background_color": "#ffffff",
    "text_color": "#1b2330",
    "button_color": "#2450c8",
}
# WCAG 2.2, success criterion 1.4.3, level AA.
ENOUGH = 4.5
# The code of the error at a field that says so: it can be drawn all the same.
FAINT = "faint"

PAIRS = {
    "text_color": ("background_color", "The text", "the background"),
    "button_text_color": ("button_color", "The text of the button", "the button"),
}


def luminance(color: str) -> float:
    """Return the relative luminance of `#rrggbb` from 0 (black) to 1 (white), as WCAG 2.2
    defines it."""
    shares = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours `#rrggbb`, from 1 (the same) to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def readable_on(background: str) -> str:
    """Return white or black as the script chooses it."""
    return "#ffffff" if contrast(background, "#ffffff") >= ENOUGH else "#000000"


def problems(chosen: Mapping[str, str]) -> dict[str, str]:
    """Return what is too faint, as a sentence by the name of the field to change.

    `chosen` holds `#rrggbb` by field, and nothing or "" where the default counts.
    """
    found = {}
    for text, (ground, what, where) in PAIRS.items():
        if not (chosen.get(text) or chosen.get(ground)):
            continue
        under = chosen.get(ground) or DEFAULTS[ground]
        over = chosen.get(text) or DEFAULTS.get(text) or readable_on(under)
        ratio = contrast(over, under)
        if ratio < ENOUGH:
            # Cut, not rounded: 4.46 must not read as enough.
            words = f"{int(ratio * 10) / 10:g} to 1"
            by_default = "" if chosen.get(ground) else f", by default {under},"
            text_default = "" if chosen.get(text) else f" (by default {over})"
            found[text] = (
                f"{what}{text_default} has a contrast of {words} on {where}{by_default} and is "
                f"hard to read; at least {ENOUGH} to 1 is needed."
            )
    return found
