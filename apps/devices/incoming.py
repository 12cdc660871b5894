"""Imported subscriptions on their way into the tables, a batch at a time."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone

from apps.accounts import upserting
from apps.accounts.imports.kinds import Issue, Row, Written
from apps.accounts.models import Contact, Import, PushStatus
from apps.devices import private_keys, subscriptions, user_agents
from apps.devices.models import Device, Session, Subscription, VapidKey

INCOMPLETE = "A subscription needs its endpoint and both of its keys, p256dh and auth."


@dataclass(kw_only=True)
class Incoming:
    """A row that can be a subscription, and what becomes of it."""

    row: Row
    new: subscriptions.NewSubscription
    key: VapidKey
    digest: str
    contact_id: int | None = None
    values: dict[str, Any] = field(default_factory=dict)


class RowRefused(ValueError):
    def __init__(self, at: str, message: str, value: str = "") -> None:
        super().__init__(message)
        self.field, self.value = at, value


class Batch:
    """Writes rows of one import, in a constant number of queries."""

    def __init__(self, import_: Import) -> None:
        self.site = import_.site
        self.keys = {key.public_key: key for key in VapidKey.objects.filter(site=self.site)}
        self.default_key = import_.options.get("public_key", "")
        self.written = Written()

    def write(self, rows: list[Row]) -> Written:
        incoming: dict[str, Incoming] = {}
        for row in rows:
            try:
                found = self._read(row)
                before = incoming.setdefault(found.digest, found)
                if before is not found and _is_other(before, found):
                    raise RowRefused("endpoint", f"Row {before.row.number} has it already.")
                self.written.unchanged += before is not found
            except RowRefused as error:
                self._refuse(row, error)
        fresh = self._without_known(list(incoming.values()))
        self._store(self._with_contacts(fresh))
        return self.written

    def _refuse(self, row: Row, error: RowRefused) -> None:
        issue = Issue(row=row.number, field=error.field, message=str(error), value=error.value)
        self.written.issues.append(issue)

    def _read(self, row: Row) -> Incoming:
        values = _opened(row.values)
        if values.get("has_ended"):
            raise RowRefused("has_ended", "It has ended at the old provider already.")
        texts = [values.get(name) for name in ("endpoint", "p256dh", "auth")]
        if not all(isinstance(text, str) and text for text in texts):
            raise RowRefused("endpoint", INCOMPLETE)
        endpoint, p256dh, auth = texts
        new = subscriptions.NewSubscription(
            endpoint=endpoint,
            p256dh=private_keys.plain_base64url(p256dh),
            auth=private_keys.plain_base64url(auth),
            vapid_key=private_keys.plain_base64url(values.get("vapid_key") or self.default_key),
        )
        try:
            subscriptions.check(new)
        except subscriptions.SubscriptionRefused as error:
            # The keys of a subscription are secrets: only its address is repeated.
            shown = endpoint if error.field == "endpoint" else ""
            raise RowRefused(error.field, str(error), shown) from error
        digest = Subscription.hash_of(endpoint)
        return Incoming(row=row, new=new, key=self._key(new), digest=digest, values=values)

    def _key(self, new: subscriptions.NewSubscription) -> VapidKey:
        if not new.vapid_key:
            raise RowRefused("vapid_key", "Which key it was made with is not known.")
        if new.vapid_key not in self.keys:
            text = "It was made with a key that this site does not have."
            raise RowRefused("vapid_key", text, new.vapid_key)
        key = self.keys[new.vapid_key]
        if key.retired_at:
            raise RowRefused("vapid_key", "This site has retired that key.", new.vapid_key)
        return key

    def _without_known(self, incoming: list[Incoming]) -> list[Incoming]:
        """Leave out what is here already; what has ended here stays ended."""
        rows = Subscription.objects.filter(endpoint_hash__in=[row.digest for row in incoming])
        known: dict[str, Subscription] = {}
        for row in rows.select_related("device__contact").order_by("pk"):
            if row.ended_at is None or known.get(row.endpoint_hash) is None:
                known[row.endpoint_hash] = row
        fresh = []
        for row in incoming:
            before = known.get(row.digest)
            if before is None:
                fresh.append(row)
            elif before.device.contact.site_id != self.site.pk:
                text = "This subscription belongs to another site."
                self._refuse(row.row, RowRefused("endpoint", text, row.new.endpoint))
            elif before.ended_at is None:
                self.written.unchanged += 1
            else:
                text = f"It has ended here: {before.get_end_reason_display()}."
                self._refuse(row.row, RowRefused("endpoint", text, row.new.endpoint))
        return fresh

    def _with_contacts(self, incoming: list[Incoming]) -> list[Incoming]:
        """Give each its contact, made where missing; leave out those who may not be."""
        ids = {row.values["external_id"] for row in incoming if "external_id" in row.values}
        contacts = self._by_external_id(ids)
        items = {
            row.values["external_id"]: upserting.ContactItem(
                external_id=row.values["external_id"],
                language=row.values.get("language"),
                time_zone=row.values.get("time_zone"),
            )
            for row in incoming
            if row.values.get("external_id", "") not in contacts and "external_id" in row.values
        }
        names = list(items)
        refused = upserting.upsert_many(self.site, list(items.values())).refused if items else []
        reasons = {names[index]: (at, message) for index, at, message in refused}
        if items:
            contacts |= self._by_external_id(set(names))
        kept = []
        for row in incoming:
            external_id = row.values.get("external_id")
            if external_id in reasons:
                self._refuse(row.row, RowRefused(*reasons[external_id], external_id))
                continue
            row.contact_id = contacts[external_id] if external_id else None
            kept.append(row)
        self._make_visitors([row for row in kept if row.contact_id is None])
        return kept

    def _by_external_id(self, ids: set[str]) -> dict[str, int]:
        rows = Contact.objects.order_by().filter(site=self.site, external_id__in=ids)
        return dict(rows.values_list("external_id", "pk"))

    def _make_visitors(self, incoming: list[Incoming]) -> None:
        visitors = [
            Contact(
                site=self.site,
                language=row.values.get("language", ""),
                time_zone=row.values.get("time_zone", ""),
            )
            for row in incoming
        ]
        Contact.objects.bulk_create(visitors, batch_size=1000)
        for row, visitor in zip(incoming, visitors, strict=True):
            row.contact_id = visitor.pk

    def _store(self, incoming: list[Incoming]) -> None:
        devices = [_device(row) for row in incoming]
        Device.objects.bulk_create(devices, batch_size=1000)
        Subscription.objects.bulk_create(
            [
                Subscription(
                    device=device,
                    key=row.key,
                    endpoint=row.new.endpoint,
                    endpoint_hash=row.digest,
                    p256dh=row.new.p256dh,
                    auth=row.new.auth,
                    created_at=device.created_at,
                )
                for row, device in zip(incoming, devices, strict=True)
            ],
            batch_size=1000,
        )
        contact_ids = [device.contact_id for device in devices]
        visits = Session.objects.filter(contact=OuterRef("pk"))
        subscriptions.keep_reachable(contact_ids)
        # Of those who have visited, their last session knows better.
        Contact.objects.filter(~Exists(visits), pk__in=contact_ids).update(
            push_status=PushStatus.ALLOWED
        )
        self.written.created += len(incoming)


def _opened(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values with what the JSON columns hold beside the others."""
    whole = values.get("subscription")
    whole = whole if isinstance(whole, dict) else {}
    keys = values.get("keys") or whole.get("keys")
    keys = keys if isinstance(keys, dict) else {}
    opened = {"endpoint": whole.get("endpoint"), **keys}
    return {**{k: opened.get(k) for k in ("endpoint", "p256dh", "auth")}, **values}


def _is_other(before: Incoming, found: Incoming) -> bool:
    return before.values.get("external_id") != found.values.get("external_id")


def _device(row: Incoming) -> Device:
    """Return the device of the row; its browser claims it when it comes by."""
    values = row.values
    agent = user_agents.read(values.get("user_agent", ""))
    now = timezone.now()
    created = min(values.get("created_at") or now, now)
    return Device(
        contact_id=row.contact_id,
        push_status=PushStatus.ALLOWED,
        browser=values.get("browser") or agent.name,
        browser_version=agent.version,
        os=values.get("os") or agent.os,
        is_mobile=agent.is_mobile,
        language=values.get("language", ""),
        time_zone=values.get("time_zone", ""),
        created_at=created,
        last_seen_at=min(values.get("last_seen_at") or created, now),
    )
