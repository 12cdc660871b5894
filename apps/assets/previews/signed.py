"""Popups as only a marketer sees them: nothing is counted, and buttons say what they would do.

A signed link carries one to a page of the site, for whoever holds it and for an hour.
"""

from dataclasses import replace
from typing import Any

from django.core import signing
from django.utils import timezone

from apps.accounts.models import Contact, Site
from apps.assets.models import Button, Popup, Variation
from apps.assets.previews import made_up
from apps.assets.rendering import Batch, Source, labels, of
from apps.assets.tags import NotFilled

SALT = "pushdesk.popup-preview"
LASTS = timezone.timedelta(hours=1)
# What the script looks for in the address of a page.
MARK = "#pushdesk-preview="
DEFAULT = 0


class Refused(Exception):
    """There is nothing to show; the message says why."""


def link(
    popup: Popup, page: str, *, variation: int | None = None, contact: Contact | None = None
) -> str:
    """Return the address that shows the popup on `page` to whoever opens it.

    `variation` is the key of one, DEFAULT for the content without any, and None for the one that
    the contact meets.
    """
    about = {"popup": popup.pk, "variation": variation, "contact": contact and contact.pk}
    return f"{page.partition('#')[0]}{MARK}{signing.dumps(about, salt=SALT)}"


def opened(token: str, site: Site) -> dict[str, Any]:
    """Return the popup that the token of a link is for, as the site's script shows it.

    Raises Refused.
    """
    try:
        about = signing.loads(token, salt=SALT, max_age=LASTS)
    except signing.SignatureExpired as error:
        raise Refused("this link was good for an hour; make a new one in Pushdesk") from error
    except signing.BadSignature as error:
        raise Refused("this link is not whole; copy it once more from Pushdesk") from error
    popup = Popup.objects.filter(pk=about["popup"], site=site).select_related("site").first()
    if popup is None:
        raise Refused("this popup has been deleted, or belongs to another site")
    contact = None
    if about["contact"]:
        contact = Contact.objects.filter(pk=about["contact"], site=site).select_related("site")
        contact = contact.first()
        if contact is None:
            raise Refused("the contact of this link is not there any more")
    source = of(popup, _variations(popup, about["variation"]))
    return rendered(source, variation=about["variation"], contact=contact, word="Preview")


def rendered(
    source: Source,
    *,
    variation: int | None = None,
    contact: Contact | None = None,
    word: str = "",
) -> dict[str, Any]:
    """Return what the script needs to show the source as a preview, marked with `word`.

    Without a contact it is made up, and meets no rule. Raises Refused.
    """
    made = contact or made_up.contact(source)
    batch = Batch.load({0: source}, [contact]) if contact else _without_rules(source)
    if variation is not None:
        met = {**batch.chosen.get(made.pk, {}), ("source", 0): variation or None}
        batch = replace(batch, chosen={made.pk: met})
    try:
        shown = batch.render(0, made, made_up.context(source)).shown
    except NotFilled as error:
        raise Refused(f"the tags cannot be filled: {error}") from error
    buttons = [{**button, "does": _does(button)} for button in shown["buttons"]]
    return {**shown, "buttons": buttons, "preview": word}


def _without_rules(source: Source) -> Batch:
    return Batch(sources={0: source}, labels=labels.load([source.site.pk], source.labels))


def _variations(popup: Popup, chosen: int | None) -> list[Variation]:
    """Return the one that was chosen, draft or not; else those that contacts can meet."""
    rows = popup.variations.all()
    if chosen is None:
        return list(rows.filter(status=Variation.Status.ACTIVE))
    found = list(rows.filter(pk=chosen))
    if chosen and not found:
        raise Refused("the variation of this link has been deleted")
    return found


def _does(button: dict[str, Any]) -> str:
    said = {
        Button.Action.OPEN: f"opens {button['url'] or 'nothing: it has no address'}",
        Button.Action.ASK_PERMISSION: "here the browser asks for permission",
        Button.Action.TRACK: f"tracks the event “{button['event']}”",
        Button.Action.CLOSE: "closes, and counts as “no”",
    }
    return f"Preview: {said[button['action']]}"
