"""Contacts of a site to look at an asset as, and values that somebody types instead."""

import re
from collections.abc import Iterator
from typing import Any

from apps.accounts import naming
from apps.accounts.imports import values as cells
from apps.accounts.models import Contact, Site
from apps.segments.counting import TooSlow, at_most

RECENT, MOST_FOUND, LOOKED_AT = 5, 8, 2_000
SECONDS = 2
MAX_TERM, MAX_ABOUT = 150, 80
NUMBER = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d{1,6})?\Z")
# What tells people apart comes first; the rest follows by name, because databases keep the names
# of an object in orders of their own.
FIRST = ("first_name", "name", "full_name", "last_name", "username", "email", "city", "country")
YES_NO = {"true": True, "false": False}


def recent(site: Site) -> list[Contact]:
    """Return the newest contacts that the site knows by name, and the newest visitor that it does
    not: texts must read well to both. Two queries."""
    contacts = Contact.objects.filter(site=site).order_by("-pk")
    known = list(contacts.filter(external_id__isnull=False)[:RECENT])
    return known + list(contacts.filter(external_id__isnull=True)[:1])


def find(site: Site, term: str) -> list[Contact]:
    """Return contacts by external id, by the number of a visitor, or by a value of their state,
    of which the newest 2,000 are looked at. At most five queries, and two seconds."""
    term = naming.clean(term)[:MAX_TERM]
    found: dict[int, Contact] = {}
    try:
        with at_most(SECONDS, few=True):
            if not term:
                return recent(site)
            for several in _searches(site, term):
                found |= {contact.pk: contact for contact in several}
                if len(found) >= MOST_FOUND:
                    break
    except TooSlow:
        pass
    return list(found.values())[:MOST_FOUND]


def _searches(site: Site, term: str) -> Iterator[list[Contact]]:
    yield naming.exactly(site.pk, term)
    yield list(naming.beginning(site.pk, term, most=MOST_FOUND))
    yield list(_with_value(Contact.objects.filter(site=site), term))


def _with_value(contacts: Any, term: str) -> Iterator[Contact]:
    wanted = term.casefold()
    states = contacts.order_by("-pk").values_list("pk", "state")[:LOOKED_AT]
    matching = [
        pk
        for pk, state in states
        if any(str(value).casefold().startswith(wanted) for value in _scalars(state))
    ]
    yield from contacts.filter(pk__in=matching[:MOST_FOUND]).order_by("-pk")


def _scalars(state: Any) -> Iterator[Any]:
    for value in state.values() if isinstance(state, dict) else ():
        if isinstance(value, (str, int, float)):
            yield value


def about(contact: Contact) -> str:
    """Say in a line who it is: a few short values of the state, those of FIRST before others, and
    the language."""
    state = contact.state if isinstance(contact.state, dict) else {}
    names = [name for name in FIRST if name in state] + sorted(state.keys() - {*FIRST})
    values = _scalars({name: state[name] for name in names})
    known = [str(value) for value in values if not isinstance(value, bool)]
    short = [text for text in known if len(text) <= 30][:3]
    return " · ".join([*short, *filter(None, [contact.language])])[:MAX_ABOUT]


def typed(text: str, type: str | None = None) -> Any:
    """Return a value as a site would have sent it: of the type, and where it has none that is
    known, a number or yes and no where it reads so. What is not of the type stays a text."""
    if type is not None:
        return _read(text, type)
    if text in YES_NO:
        return YES_NO[text]
    if NUMBER.match(text):
        return float(text) if "." in text else int(text)
    return text


def _read(text: str, type: str) -> Any:
    try:
        return cells.read(text, type) if text else text
    except cells.ValueRefused:
        return text
