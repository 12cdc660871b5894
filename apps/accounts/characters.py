"""Characters that nobody sees, and that falsify what stands around them."""

import re

from django.core.exceptions import ValidationError

# What no text shows, or what makes the rest of it read in another order; and half characters,
# which no message can carry.
NEVER = "\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ud800-\udfff"
# What a text may need, and a name does not: line breaks, marks of direction, spaces without a
# width. Not the joiners of emoji, of Persian and of the scripts of India.
NOT_IN_NAMES = (
    "\t\n\u00ad\u034f\u061c\u17b4\u17b5\u180e\u200b\u200e\u200f\u2028\u2029\u2060-\u2065\u206a-\u206f"
    "\ufeff\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e00ff"
)
# Letters and signs by their kind, and blank on every screen.
BLANK = "\u115f\u1160\u2800\u3164\uffa0"
HIDDEN = re.compile(f"[{NEVER}]")
HIDDEN_IN_NAMES = re.compile(f"[{NEVER}{NOT_IN_NAMES}{BLANK}]")
# Flags such as Scotland's are drawn from letters that are hidden elsewhere (UTS 51, ED-14a).
FLAG = re.compile("\U0001f3f4[\U000e0020-\U000e007e]{1,6}\U000e007f")
TOLD = "This character is never seen, and may turn the others around."


def check_name(name: str) -> None:
    """Raise ValidationError, with the place, unless lists and logs show the name as it is."""
    if name and not any(_is_visible(sign) for sign in name):
        raise ValidationError("Nothing of this name can be seen.")
    if found := HIDDEN_IN_NAMES.search(FLAG.sub(lambda flag: "x" * len(flag[0]), name)):
        raise ValidationError(f"{TOLD} (character {found.start() + 1})")


def _is_visible(sign: str) -> bool:
    return sign.isprintable() and not sign.isspace() and sign not in BLANK
