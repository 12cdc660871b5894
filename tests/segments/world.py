"""People at random, as far as rules can ask of them, and in the database."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from apps.accounts.models import Contact, Event, EventName, Property, PushStatus
from apps.delivery.models import Push
from apps.devices.models import Device, Session
from apps.segments.models import Member
from tests.factories import a_push, a_segment, a_site
from tests.segments.reading import Happened, Person

Pick = Callable[[list[Any]], Any]

# Half an hour at Lord Howe, midnight in Havana, three quarters of an hour in Kathmandu.
ZONES = [
    ZoneInfo(name)
    for name in (
        "Europe/Berlin",
        "America/New_York",
        "America/Havana",
        "Australia/Lord_Howe",
        "Asia/Kathmandu",
        "UTC",
    )
]
# When clocks change: Berlin in spring and autumn, Havana, New York, Lord Howe; and a new year.
CHANGES = [
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2026, 3, 8, 5, tzinfo=UTC),
    datetime(2026, 11, 1, 5, tzinfo=UTC),
    datetime(2026, 11, 1, 6, tzinfo=UTC),
    datetime(2026, 4, 4, 15, tzinfo=UTC),
    datetime(2026, 12, 31, 23, tzinfo=UTC),
]
AWAY = [
    timedelta(0),
    timedelta(microseconds=1),
    timedelta(microseconds=-1),
    timedelta(minutes=-30),
    timedelta(minutes=59, seconds=59, microseconds=999_999),
    timedelta(hours=-1),
    timedelta(hours=5),
    timedelta(hours=-24),
    timedelta(days=-7, microseconds=1),
    timedelta(days=-30),
    timedelta(days=2),
]
MOMENTS = [change + away for change in CHANGES for away in AWAY]
# Days and times that can be read, and below them some that cannot.
WRITTEN = [
    "2026-03-29",
    "2026-03-29T02:30",
    "2026-03-29 03:00:00",
    "2026-10-25T02:30",
    "2026-10-25T02:30:00+02:00",
    "2026-10-25T00:59:59.999999Z",
    "2026-03-08T00:30",
    "2026-11-01",
    "2026-11-01T00:30",
    "2026-11-01T01:30:15",
    "2026-11-01T01:30:00-0400",
    "2026-04-05T02:00",
    "2026-04-05T01:45:00.5",
    "2026-12-31T23:59",
    "2027-01-01T10:00:00+13:59",
    "2024-02-29",
    "2000-02-29T12:00Z",
    "1000-01-01",
    "9998-12-31T23:59:59.999999-13:59",
]
NO_MOMENTS = [
    "2026-02-30",
    "2023-02-29",
    "1900-02-29",
    "2026-13-01",
    "2026-01-01T24:00",
    "2026-01-01T10:00+14:00",
    "2026-01-01T10:00:00.1234567",
    "2026-01-01\n",
    "٢٠٢٦-01-01",
    "20260101",
    "2026-W01-1",
    "0999-12-31",
    "9999-12-31",
    "yesterday",
]
TEXTS = [
    "de", "de-AT", "DE", "Zoë", "Zoë", "zoë", "日本", "日", "a%b", "a_b", "axb", "'", '"', "\\",
    "😀", "x😀y", "ß", "SS", " ", "  de", "İ", "true", "5", "2.5", "null", "$", "?", "%s",
    "x" * 500,
]  # fmt: skip
# All of them exact in binary, so that their order does not change what they add up to.
NUMBERS = [0, -0.0, 1, -1, 2, 0.25, -2.5, 10, 99.75, 1e15, -1e15]
ODD_NUMBERS = [0.1, 0.30000000000000004, 1e-9, 5e-324, 1.7e308, 10**20, 2**63 - 1, 2**53 + 1]
LISTS = [[], ["de"], ["Zoë", "日本"], ["a", ["b"]], [5, True, None], ["5", "true"], [{"de": 1}]]
LISTS += [[2.5, 7], [[5]]]
VALUES = [*TEXTS, *WRITTEN, *NO_MOMENTS, *NUMBERS, *ODD_NUMBERS, *LISTS]
VALUES += [True, False, None, "", {}, {"de": "x"}]
BROWSERS, SYSTEMS = ["Firefox", "Chrome", "", "Samsung Internet"], ["Windows", "iOS", ""]

STATE = {
    "city": "text",
    "shipping.country": "text",
    "orders": "number",
    "x-y:z 1": "number",
    "größe.日本": "number",
    "ชื่อ e\u0301": "text",
    "vip": "yes_no",
    "born": "date",
    "tags": "list",
}
EVENTS: dict[str, dict[str, str]] = {
    "purchase": {"price": "number", "item": "text", "gift": "yes_no", "due": "date", "of": "list"},
    "größe:gewählt": {"price": "number", "item": "text"},
}
# What fits a property, so that not all of them are of another type.
FITTING = {
    "text": TEXTS,
    "number": NUMBERS,
    "yes_no": [True, False],
    "date": WRITTEN,
    "list": LISTS,
}


def properties(types: dict[str, str], pick: Pick) -> dict[str, Any]:
    found = {}
    for name, type in types.items():
        match pick(["nothing", "fits", "fits", "anything"]):
            case "fits":
                found[name] = pick(FITTING[type])
            case "anything":
                found[name] = pick(VALUES)
    return found


def event(pick: Pick) -> Happened:
    name = pick(list(EVENTS))
    return Happened(name=name, at=pick(MOMENTS), properties=properties(EVENTS[name], pick))


def device(pick: Pick) -> dict[str, Any]:
    return {
        "browser": pick(BROWSERS),
        "os": pick(SYSTEMS),
        "form_factor": pick(["mobile", "desktop"]),
        "language": pick(["de", "de-AT", ""]),
        "time_zone": pick(["Europe/Berlin", "Asia/Tokyo", ""]),
        "first_seen": pick(MOMENTS),
        "last_seen": pick(MOMENTS),
    }


def push(pick: Pick) -> dict[str, datetime | None]:
    maybe = [None, *MOMENTS]
    return {"accepted_at": pick(maybe), "shown_at": pick(maybe), "clicked_at": pick(maybe)}


def person(pick: Pick) -> Person:
    devices = [device(pick) for _ in range(pick([0, 1, 2]))]
    return Person(
        state=properties(STATE, pick),
        language=pick(["de", "de-AT", "DE", "ja", ""]),
        time_zone=pick(["Europe/Berlin", "Asia/Tokyo", ""]),
        push_status=pick(PushStatus.values),
        is_reachable=pick([True, False]),
        push_disabled_by_platform=pick([True, False, False]),
        unsubscribed_at=pick([None, *MOMENTS]),
        created_at=pick(MOMENTS),
        last_seen_at=pick([None, *MOMENTS]),
        devices=devices,
        sessions=pick([0, 1, 3]) if devices else 0,
        events=[event(pick) for _ in range(pick([0, 0, 1, 2, 5]))],
        pushes=[push(pick) for _ in range(pick([0, 1, 2]))] if devices else [],
    )


class World:
    """A site whose segments are two lists, two rules, and one that names others."""

    def __init__(self) -> None:
        self.site = a_site()
        self.names = {name: EventName.objects.create(site=self.site, name=name) for name in EVENTS}
        self._learn(None, STATE)
        for name, types in EVENTS.items():
            self._learn(self.names[name], types)
        self.lists = [a_segment(self.site, kind="imported").pk for _ in range(2)]
        german = {"field": "language", "op": "starts_with", "value": "de"}
        bought = {"event": "purchase", "measure": "count", "op": "gte", "value": 1}
        self.rules: dict[int, dict[str, Any]] = {}
        first = [self._segment({}), self._segment(german), self._segment({"none": [bought]})]
        named = [{"segment": pk, "op": op} for pk in (first[1], self.lists[0]) for op in ("in",)]
        self._segment({"any": [*named, {"segment": first[2], "op": "not_in"}]})
        self.asset = a_push(self.site)

    def _learn(self, event: EventName | None, types: dict[str, str]) -> None:
        for name, type in types.items():
            Property.objects.create(site=self.site, event_name=event, name=name, type=type)

    def _segment(self, rule: dict[str, Any]) -> int:
        pk = a_segment(self.site, rule=rule).pk
        self.rules[pk] = rule
        return pk

    @property
    def segments(self) -> dict[int, dict[str, Any] | None]:
        return {**self.rules, **dict.fromkeys(self.lists)}

    def store(self, people: list[Person], pick: Pick) -> dict[int, Person]:
        """Put them into the database, on lists too; returns them by their contact's id."""
        stored = {}
        for someone in people:
            if pick([True, False]):
                someone.external_id = f"customer-{Contact.objects.count()}"
            contact = Contact.objects.create(site=self.site, **someone.columns())
            Contact.objects.filter(pk=contact.pk).update(created_at=someone.created_at)
            someone.lists = {pk for pk in self.lists if pick([True, False])}
            Member.objects.bulk_create(
                Member(segment_id=pk, contact=contact) for pk in sorted(someone.lists)
            )
            self._store_devices(contact, someone)
            Event.objects.bulk_create(
                Event(
                    contact=contact,
                    name=self.names[row.name],
                    at=row.at,
                    properties=row.properties,
                )
                for row in someone.events
            )
            stored[contact.pk] = someone
        return stored

    def _store_devices(self, contact: Contact, someone: Person) -> None:
        for row in someone.devices:
            device = Device.objects.create(
                contact=contact,
                is_mobile=row["form_factor"] == "mobile",
                created_at=row["first_seen"],
                last_seen_at=row["last_seen"],
                **{name: row[name] for name in ("browser", "os", "language", "time_zone")},
            )
        Session.objects.bulk_create(
            Session(device=device, contact=contact, push_status="ask")
            for _ in range(someone.sessions)
        )
        Push.objects.bulk_create(
            Push(
                key=f"{contact.pk}:{number}",
                contact=contact,
                device=device,
                asset=self.asset,
                expires_at=contact.created_at,
                due_at=None,
                **story,
            )
            for number, story in enumerate(someone.pushes)
        )
