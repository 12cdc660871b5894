"""What changing assets does to those who use them, in words."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from apps.accounts.confirming import Consequences
from apps.accounts.panels import Panel, find_uses, link_to, panel_on, table
from apps.assets.library import usage
from apps.assets.library.usage import Use
from apps.assets.models import Asset, Popup, Push

HEADERS = ["Kind", "Name", "Step", "How"]


def rows_of(uses: Iterable[Use]) -> list[list[Any]]:
    """Return the uses as the rows of a table."""
    return [[use.kind, link_to(use.row), use.place, use.note] for use in uses]


def of_stopping(assets: Sequence[Asset], *, button: str, back: str = "") -> Consequences | None:
    """Return which live journeys send what is about to be active no more; None where none do."""
    found = usage.of_assets([asset.pk for asset in assets if asset.pk])
    rows = [
        [str(asset), *row]
        for asset in assets
        for row in rows_of(usage.live(found.get(asset.pk, ())))
    ]
    if not rows:
        return None
    title = f"“{assets[0]}” is in use" if len(assets) == 1 else "Some of them are in use"
    return Consequences(
        title=title,
        text="Live journeys stop sending it: only what is active is sent. Contacts who come to "
        "these steps go on without it.",
        headers=["Asset", *HEADERS],
        rows=rows,
        button=button,
        back=back,
    )


def of_archiving(assets: Sequence[Asset], *, back: str) -> Consequences:
    button = "Archive" if len(assets) == 1 else f"Archive {len(assets)} assets"
    found = of_stopping(assets, button=f"{button} all the same", back=back)
    title = f"Archive “{assets[0]}”?" if len(assets) == 1 else f"Archive {len(assets)} assets?"
    text = "What is archived is not sent and not offered any more, and leaves the list. Its "
    text += "numbers stay, and it can be activated again."
    return found or Consequences(title=title, text=text, button=button, back=back)


@find_uses(Asset)
@find_uses(Push)
@find_uses(Popup)
def sent_by(asset: Asset) -> Iterator[SafeString]:
    """What is published names assets in JSON, so nothing else keeps them from being deleted."""
    if found := [use for use in usage.live(usage.of(asset)) if not use.is_kept]:
        places = ((link_to(use.row), use.place) for use in found)
        yield format_html_join(", ", "the live journey {}, step “{}”", places)


@panel_on(Push, permission="journeys.view_journey")
@panel_on(Popup, permission="journeys.view_journey")
def used_in(request: HttpRequest, asset: Asset) -> Panel:
    return table(
        "Used in",
        HEADERS,
        rows_of(usage.of(asset)),
        empty="No journey sends it yet.",
        place=-1,
    )
