from typing import Any

from apps.accounts.models import Event
from apps.journeys import hearing


def hear(sender: type[Event], events: list[Event], **kwargs: Any) -> None:
    """Hear what contacts did (apps.accounts.signals.tracked)."""
    hearing.note(events)
