"""Tags: `{{ state.x }}`, `{{ event.x }}`, `{{ journey.x }}`, `{{ label.x }}` in texts (Liquid).

Templates are written by marketers and filled with what visitors sent, so both are bounded: in
loops, in output, and to these four names.
"""

from apps.assets.tags.addresses import check_address, is_web_address
from apps.assets.tags.checking import Known, check_label_text, check_text, problems
from apps.assets.tags.json_texts import check_json, render_json
from apps.assets.tags.language import (
    ROOTS,
    NotFilled,
    Values,
    labels_in,
    render,
    render_address,
    visible,
)

__all__ = [
    "ROOTS",
    "Known",
    "NotFilled",
    "Values",
    "check_address",
    "check_json",
    "check_label_text",
    "check_text",
    "is_web_address",
    "labels_in",
    "problems",
    "render",
    "render_address",
    "render_json",
    "visible",
]
