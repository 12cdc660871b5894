"""An audience of the size that the product is made for, in a scratch database of its own.

Synthetic but shaped like life: a few contacts do most, a few events happen most (Zipf), 90 days.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.color import no_style
from django.db import connection, models, transaction

from apps.accounts.models import Contact, Event, EventName, Property, Site
from apps.delivery.models import Push
from apps.devices.models import Device, Session, Subscription, VapidKey
from apps.segments.models import Member, Segment
from tests.benchmarks.dialects import Dialect, dialect
from tests.factories import a_push, a_site

DAYS = 90
DEVICES, SESSIONS, EVENTS, PUSHES = 1.3, 2, 5, 1
NAMES = [
    "page_viewed",
    "product_viewed",
    "session_started",
    "push_sent",
    "purchase",
    "cart_filled",
    "search",
    "push_shown",
    "popup_shown",
    "login",
    "push_clicked",
    "wish_listed",
    "review",
    "coupon_used",
    "popup_accepted",
    "newsletter",
    "call_booked",
    "refund",
    "referral",
    "complaint",
]
STATUSES = {"ask": 55, "allowed": 28, "blocked": 12, "not_supported": 5}
BROWSERS = {"Chrome": 60, "Safari": 18, "Firefox": 8, "Edge": 10, "Opera": 4}
SYSTEMS = ["Windows", "Android", "macOS", "iOS", "Linux"]
PLANS = {"free": 60, "basic": 25, "plus": 13, "gold": 2}
LANGUAGES = ["en", "de", "fr", "es", "pt-BR", "it", "ja", "pl"]
ZONES = ["Europe/Berlin", "America/New_York", "Asia/Tokyo", "UTC"]
LIKES = ['["sport"]', '["books", "garden"]', '["kids", "tech", "food"]', "[]"]
PROPERTIES = {
    "first_name": "text",
    "plan": "text",
    "orders": "number",
    "balance": "number",
    "vip": "yes_no",
    "born": "date",
    "likes": "list",
}


@contextmanager
def scratch(*, keep: bool = False) -> Iterator[None]:
    """Work in a migrated database beside the configured one, which is never touched; it is made
    here and dropped at the end. With `keep` it stays for the next run, with what is in it."""
    own = connection.settings_dict["NAME"]
    on_disk = connection.vendor == "sqlite"
    connection.settings_dict["TEST"]["NAME"] = "var/bench.sqlite3" if on_disk else "pushdesk_bench"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False, keepdb=keep)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(own, verbosity=0, keepdb=keep)


def size() -> int:
    """Return how many contacts to build: BENCH_CONTACTS, or a million; 100,000 on SQLite."""
    default = 100_000 if connection.vendor == "sqlite" else 1_000_000
    return int(os.environ.get("BENCH_CONTACTS", default))


def build(*, contacts: int, with_history: bool = True) -> Site:
    """Return a site with that many contacts, 1.3 times as many devices, five times as many
    events, sessions, pushes and a list; that of an earlier run where the database was kept.
    Without their history there are contacts only.

    To be called in a database that holds no contacts of others: ids count from 1.
    """
    name = f"Audience of {contacts}"
    site = Site.objects.filter(name=name).first()
    if site is None:
        with transaction.atomic():
            site = a_site(name=name)
            _fill(site, contacts, with_history=with_history)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")
    return site


def _fill(site: Site, contacts: int, *, with_history: bool) -> None:
    sql = dialect(contacts)
    events = [EventName.objects.get_or_create(site=site, name=name)[0].pk for name in NAMES]
    purchase = events[NAMES.index("purchase")]
    Property.objects.bulk_create(
        [Property(site=site, name=name, type=type) for name, type in PROPERTIES.items()]
        + [Property(site=site, event_name_id=purchase, name="price", type="number")]
    )
    listed = Segment.objects.create(site=site, name="List", kind=Segment.Kind.IMPORTED)
    plan: list[tuple[type[models.Model], float, dict[str, str]]] = [
        (Contact, 1, _contact(sql, site)),
        (Device, DEVICES, _device(sql)),
        (Session, SESSIONS, _session(sql)),
        (Event, EVENTS, _event(sql, events, purchase)),
        (Push, PUSHES, _push(sql, a_push(site).pk)),
        (Member, 0.2, {"segment_id": str(listed.pk), "contact_id": "i * 5 - 4"}),
    ]
    plan = plan if with_history else plan[:1]
    tables = [model for model, _, _ in plan]
    with sql.without_indexes([model._meta.db_table for model in tables]):
        for model, times, columns in plan:
            insert(sql, model, int(contacts * times), columns)
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), tables):
            cursor.execute(statement)


def subscribe() -> None:
    """Give each device of a reachable contact a live subscription, where none has one yet."""
    if Subscription.objects.exists():
        return
    key = VapidKey.objects.first()
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{Subscription._meta.db_table}" (device_id, key_id, endpoint, '
            "endpoint_hash, p256dh, auth, created_at, end_reason) SELECT d.id, %s, "
            "'https://push.example/' || d.id, 'hash ' || d.id, 'p', 'a', d.created_at, '' "
            f'FROM "{Device._meta.db_table}" d JOIN "{Contact._meta.db_table}" c '
            "ON c.id = d.contact_id WHERE c.is_reachable",
            [key.pk],
        )
        cursor.execute("ANALYZE")


def insert(sql: Dialect, model: type[models.Model], rows: int, columns: dict[str, str]) -> None:
    """Write so many rows in one statement; `columns` are SQL, the others get their default.

    SQL can name `i`, the row's number; `contact`, somebody; `at`, a moment of the last 90 days;
    and `a` to `f`, random numbers from 0 to 1.
    """
    rest: dict[str, Any] = {
        field.column: field.get_db_prep_save(field.pre_save(model(), True), connection)
        for field in model._meta.concrete_fields
        if field.column not in columns and not field.primary_key
    }
    names = ", ".join(f'"{name}"' for name in ("id", *columns, *rest))
    values = ", ".join(("i", *columns.values(), *["%s"] * len(rest)))
    with connection.cursor() as cursor:
        cursor.execute(
            f'{sql.draws(rows, DAYS)} INSERT INTO "{model._meta.db_table}" ({names}) '
            f"SELECT {values} FROM draws",
            list(rest.values()),
        )


def _contact(sql: Dialect, site: Site) -> dict[str, str]:
    state = {
        "first_name": f"'Name ' || {sql.whole('3000 * a')}",
        "plan": sql.one_of(PLANS, "c"),
        "orders": sql.whole("-3.3 * ln(1 - d)"),
        "balance": sql.whole("-5000 * ln(1 - e)") + " / 100.0",
        "vip": sql.yes_or_no("f < 0.05"),
        "born": sql.day(20_000),
        "likes": sql.json(sql.one_of(LIKES, "d")),
    }
    return {
        "site_id": str(site.pk),
        "external_id": "CASE WHEN a < 0.6 THEN 'customer-' || i END",
        "state": sql.object(state),
        "language": sql.one_of(LANGUAGES, "e"),
        "time_zone": sql.one_of(ZONES, "f"),
        # The same draw for both, so that the reachable are among those who have allowed.
        "push_status": sql.one_of(STATUSES, "b"),
        "is_reachable": "b >= 0.57 AND b < 0.83",
        "bucket": sql.whole(f"100 * {sql.random}"),
        "created_at": sql.ago(730),
        "last_seen_at": "at",
    }


def _device(sql: Dialect) -> dict[str, str]:
    return {
        "uid": sql.uid(),
        # One for each contact, and more for some.
        "contact_id": f"CASE WHEN i <= {sql.contacts} THEN i ELSE contact END",
        "browser": sql.one_of(BROWSERS, "b"),
        "os": sql.one_of(SYSTEMS, "c"),
        "is_mobile": "a < 0.6",
        "language": sql.one_of(LANGUAGES, "d"),
        "time_zone": sql.one_of(ZONES, "e"),
        "created_at": sql.ago(365),
        "last_seen_at": "at",
    }


def _session(sql: Dialect) -> dict[str, str]:
    return {
        "device_id": "contact",
        "contact_id": "contact",
        "push_status": "'ask'",
        "started_at": "at",
        "last_seen_at": "at",
    }


def _event(sql: Dialect, names: list[int], purchase: int) -> dict[str, str]:
    name = sql.one_of({pk: 1 / rank for rank, pk in enumerate(names, 1)}, "a")
    price = sql.object({"price": sql.whole("-3300 * ln(1 - b)") + " / 100.0"})
    return {
        "contact_id": "contact",
        "name_id": name,
        "at": "at",
        "properties": f"CASE WHEN {name} = {purchase} THEN {price} ELSE {sql.object({})} END",
    }


def _push(sql: Dialect, asset: int) -> dict[str, str]:
    return {
        "uid": sql.uid(),
        "key": "'bench:' || i",
        "contact_id": "contact",
        "device_id": "contact",
        "asset_id": str(asset),
        "status": "'accepted'",
        "due_at": "NULL",
        "expires_at": "at",
        "queued_at": "at",
        "accepted_at": "at",
        "shown_at": "CASE WHEN a < 0.7 THEN at END",
        "clicked_at": "CASE WHEN a < 0.08 THEN at END",
    }
