"""What rules can ask of the pushes that a contact was sent."""

from apps.segments.rules.fields import Field, register
from apps.segments.rules.sources import LatestMoment

PUSH = "delivery.Push"


def _last(name: str, label: str, column: str, words: str) -> Field:
    return Field(
        name=f"push.last_{name}",
        label=label,
        type="date",
        source=LatestMoment(model=PUSH, column=column),
        group="Push",
        help=words,
    )


def teach() -> None:
    """Let rules ask when the contact's last push was sent, shown and clicked."""
    register(
        _last(
            "sent",
            "Last push sent",
            "accepted_at",
            "When a push service last took a push for any device of the contact.",
        ),
        _last(
            "shown",
            "Last push shown",
            "shown_at",
            "When a browser of the contact last said that it showed one.",
        ),
        _last(
            "clicked",
            "Last push clicked",
            "clicked_at",
            "When the contact last clicked one: “is in the last 7 days” finds who clicked then.",
        ),
    )
