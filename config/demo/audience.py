"""The people of the demo's shop: who they are and what they have done there lately."""

import random
import secrets
from datetime import timedelta
from typing import Any

from django.utils import timezone

from apps.accounts import events, properties
from apps.accounts.models import Contact, PushStatus, Site
from apps.devices import sessions
from apps.devices.models import Device, Session
from apps.segments.models import Member, Segment

FIRST_NAMES = ["Anna", "Ben", "Chloé", "Dmitri", "Elif", "Farid", "Grace", "Hugo", "Ines", "Jonas"]
LANGUAGES = ["en", "de", "fr", "es"]
ZONES = ["Europe/Berlin", "Europe/Paris", "America/Sao_Paulo", "Asia/Kathmandu"]
CITIES = ["Berlin", "Berlin", "Leipzig", "Hamburg", "Paris", "Vienna", "Bergen"]
INTERESTS = ["hiking", "climbing", "camping", "kayaking", "cycling"]
PRODUCTS = {"tent": 249, "boots": 139, "backpack": 119, "stove": 59, "bottle": 24, "headlamp": 39}
SPENT = {"event": "purchase", "measure": "sum", "of": "price"}
BROWSERS = [
    ("Chrome", "Windows", False),
    ("Chrome", "Android", True),
    ("Edge", "Windows", False),
    ("Firefox", "Linux", False),
    ("Safari", "macOS", False),
    ("Safari", "iOS", True),
]
STATUSES = [PushStatus.ASK] * 5 + [PushStatus.BLOCKED] * 2 + [PushStatus.NOT_SUPPORTED]


def people(site: Site, *, seed: int = 7) -> None:
    """Make fifty contacts with properties and a browser, and what they looked at, bought and
    rated. None of them has allowed push: nobody is there who could get one."""
    chance = random.Random(seed)
    contacts = Contact.objects.bulk_create(
        Contact(
            site=site,
            external_id=f"{name.lower()}-{number}",
            state=_state(name, chance),
            language=chance.choice(LANGUAGES),
            time_zone=chance.choice(ZONES),
        )
        for number in range(1, 6)
        for name in FIRST_NAMES
    )
    properties.learn(site.pk, {None: [contact.state for contact in contacts]})
    done = {contact: _done(contact, chance) for contact in contacts}
    _visits(done, chance)
    every = [event for events_of_one in done.values() for event in events_of_one]
    events.track_many(sorted(every, key=lambda event: event.at))


def _state(name: str, chance: random.Random) -> dict[str, Any]:
    state: dict[str, Any] = {
        "first_name": name,
        "city": chance.choice(CITIES),
        "orders": chance.randrange(9),
        "vip": chance.random() < 0.2,
        "born": f"{chance.randrange(1955, 2006)}-{chance.randrange(1, 13):02}-15",
        "interests": sorted(chance.sample(INTERESTS, chance.randrange(1, 4))),
    }
    # Not everybody has told everything: that is what “is not set” is for.
    return {
        key: value for key, value in state.items() if key == "first_name" or chance.random() < 0.9
    }


def _done(contact: Contact, chance: random.Random) -> list[events.NewEvent]:
    now = timezone.now()

    def event(name: str, **values: Any) -> events.NewEvent:
        at = now - timedelta(minutes=chance.randrange(60 * 24 * 60))
        return events.NewEvent(contact=contact, name=name, properties=values, at=at)

    found = [
        event("product_viewed", product=product, price=PRODUCTS[product])
        for product in chance.choices(list(PRODUCTS), k=chance.randrange(6))
    ]
    for product in chance.choices(list(PRODUCTS), k=contact.state.get("orders", 0)):
        price = PRODUCTS[product]
        found.append(event("purchase", product=product, price=price, gift=chance.random() < 0.1))
        if chance.random() < 0.3:
            found.append(event("review_written", product=product, stars=chance.randrange(1, 6)))
    return found


def _visits(done: dict[Contact, list[events.NewEvent]], chance: random.Random) -> None:
    """Give everybody a browser, and a visit for each event; who did nothing came once."""
    once = timezone.now() - timedelta(days=60)
    devices, visits = [], []
    for contact, found in done.items():
        moments = sorted([event.at for event in found] or [once])
        browser, os, is_mobile = chance.choice(BROWSERS)
        status = chance.choice(STATUSES)
        device = Device(
            contact=contact,
            secret_hash=sessions.hash_secret(secrets.token_urlsafe(32)),
            push_status=status,
            browser=browser,
            os=os,
            is_mobile=is_mobile,
            language=contact.language,
            time_zone=contact.time_zone,
            created_at=moments[0],
            last_seen_at=moments[-1],
        )
        devices.append(device)
        visits += [
            Session(
                device=device, contact=contact, push_status=status, started_at=at, last_seen_at=at
            )
            for at in moments
        ]
    Device.objects.bulk_create(devices)
    Session.objects.bulk_create(visits)
    sessions.keep_last_session([contact.pk for contact in done])


def segments(site: Site) -> None:
    """Make the two that the client names and a few that show what rules can ask."""
    last_month = {"op": "in_last", "value": {"amount": 30, "unit": "days"}}
    bought = {"event": "purchase", "measure": "count", "op": "gte", "value": 3, "when": last_month}
    for name, rule in (
        ("Core: push enabled, user has at least one device", _is("reachable", True)),
        ("Can be asked for push", _is("push_status", "ask")),
        ("Speaks German", _is("language", "de")),
        ("VIP", _is("state.vip", True)),
        ("Buys often or lives in Berlin", {"any": [bought, _is("state.city", "Berlin")]}),
        (
            "Spent 300 or more and never wrote a review",
            {
                "all": [
                    {**SPENT, "op": "gte", "value": 300},
                    {"event": "review_written", "measure": "count", "op": "is", "value": 0},
                ]
            },
        ),
    ):
        Segment.objects.create(site=site, name=name, rule=_group(rule))
    newsletter = Segment.objects.create(
        site=site, name="Newsletter readers, 2025", kind=Segment.Kind.IMPORTED
    )
    readers = Contact.objects.filter(site=site).order_by("pk")[:12]
    Member.objects.bulk_create(Member(segment=newsletter, contact=row) for row in readers)


def _is(field: str, value: Any) -> dict[str, Any]:
    return {"field": field, "op": "is", "value": value}


def _group(rule: dict[str, Any]) -> dict[str, Any]:
    return rule if {"all", "any"} & rule.keys() else {"all": [rule]}
