"""The events that the house tracks itself, whatever the site."""

from apps.accounts.models import EventName, Site

# In the words of the support desk; of the site's own events the name says all.
WORDS = {
    "session_started": "Came to the site",
    "contact_identified": "Logged in",
    "contact_recognised": "Known again: the browser was imported with its subscription",
    "push_subscribed": "The browser subscribed to push",
    "push_unsubscribed": "A subscription ended",
    "push_opted_out": "Opted out of push",
    "push_opted_in": "Opted in to push again",
    "push_suspended": "Suspended: somebody else uses the browser now",
    "push_status_changed": "The browser’s permission changed",
    "push_shown": "A push was shown",
    "push_clicked": "Clicked a push",
    "push_dismissed": "Dismissed a push",
    "popup_shown": "A popup was shown",
    "popup_accepted": "Said yes to a popup; the browser asked",
    "popup_allowed": "Allowed push in the browser",
    "popup_blocked": "Blocked push in the browser",
    "popup_dismissed": "Closed the browser’s question unanswered",
    "popup_clicked": "Pressed a button of a popup",
    "popup_declined": "Declined a popup",
    "popup_closed": "Closed a popup",
}


def create_for_site(site: Site) -> None:
    """Let rules ask for these events before the first of them has happened."""
    EventName.objects.bulk_create(
        [EventName(site=site, name=name) for name in WORDS], ignore_conflicts=True
    )
