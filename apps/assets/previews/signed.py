"""A popup as only a marketer sees it, on a page of the site: a signed link carries it there, for
whoever holds it and for an hour."""

from typing import Any

from django.core import signing
from django.utils import timezone

from apps.accounts.models import Contact, Site
from apps.assets.models import Popup, Variation
from apps.assets.previews import dialogs, showing
from apps.assets.previews.showing import DEFAULT
from apps.assets.rendering import Source, of
from apps.assets.tags import NotFilled
from apps.segments.counting import TooSlow

SALT = "pushdesk.popup-preview"
LASTS = timezone.timedelta(hours=1)
# What the script looks for in the address of a page.
MARK = "#pushdesk-preview="


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

    Without a contact it is made up. Raises Refused.
    """
    viewer = showing.viewer(source, contact=contact, version=variation)
    try:
        return dialogs.previewed(showing.render(source, viewer).shown, word)
    except NotFilled as error:
        raise Refused(f"the tags cannot be filled: {error}") from error
    except TooSlow as error:
        raise Refused("finding out which variation is met takes too long") from error


def _variations(popup: Popup, chosen: int | None) -> list[Variation]:
    """Return the one that was chosen, draft or not; else those that contacts can meet."""
    rows = popup.variations.all()
    if chosen is None:
        return list(rows.filter(status=Variation.Status.ACTIVE))
    found = list(rows.filter(pk=chosen))
    if chosen != DEFAULT and not found:
        raise Refused("the variation of this link has been deleted")
    return found
