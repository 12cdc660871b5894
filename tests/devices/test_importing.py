import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.imports import kinds, running, steering
from apps.accounts.models import Contact, Event
from apps.devices import keys, subscriptions
from apps.devices.models import Device, Subscription
from tests.devices.previous import OLD_KEY, OLD_PUBLIC, a_row, moved_in, table
from tests.factories import (
    FIREFOX,
    a_contact,
    a_device,
    a_new_subscription,
    a_site,
    a_subscription,
    a_user,
    an_import,
    base64url,
    counts,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_files")]


def issues(import_):
    return list(import_.issues.values_list("row", "field", "message"))


class TestSubscriptions:
    def test_it_brings_in_a_device_that_waits_for_its_browser(self):
        row = a_row(
            external_id="anna", language="de", time_zone="Europe/Berlin", user_agent=FIREFOX,
            created_at="2024-05-06T07:08:09Z",
        )  # fmt: skip

        import_ = moved_in(row)

        subscription = Subscription.objects.select_related("device__contact", "key").get()
        device, contact = subscription.device, subscription.device.contact
        assert counts(import_) == {"created": 1, "updated": 0, "unchanged": 0, "broken": 0}
        assert (subscription.endpoint, subscription.p256dh, subscription.auth) == (
            row["endpoint"], row["p256dh"], row["auth"],
        )  # fmt: skip
        assert (subscription.key.public_key, subscription.ended_at) == (OLD_PUBLIC, None)
        assert subscription.created_at.isoformat() == "2024-05-06T07:08:09+00:00"
        assert (device.is_unclaimed, device.push_status) == (True, "allowed")
        assert (device.browser, device.os, device.language) == ("Firefox", "Linux", "de")
        assert (contact.external_id, contact.is_reachable, contact.push_status) == (
            "anna", True, "allowed",
        )  # fmt: skip
        assert not Event.objects.exists()

    def test_it_makes_a_visitor_of_who_is_not_known(self):
        moved_in(a_row(1), a_row(2))

        assert list(Contact.objects.values_list("external_id", "is_reachable")) == [
            (None, True), (None, True),
        ]  # fmt: skip

    def test_it_keeps_what_is_known_of_a_contact(self):
        site = a_site()
        anna = a_contact(site, external_id="anna", language="fr", state={"plan": "gold"})

        moved_in(a_row(external_id="anna", language="de"), site=site)

        anna.refresh_from_db()
        assert (anna.language, anna.state, anna.is_reachable) == ("fr", {"plan": "gold"}, True)

    def test_it_leaves_the_status_of_the_last_session_to_who_has_visited(self):
        site = a_site()
        device = a_device(site, "blocked")
        Contact.objects.filter(pk=device.contact_id).update(external_id="anna")

        moved_in(a_row(external_id="anna"), site=site)

        anna = Contact.objects.get(external_id="anna")
        assert (anna.push_status, anna.is_reachable) == ("blocked", True)

    def test_it_changes_nothing_the_second_time(self):
        site = a_site()
        rows = [a_row(n, external_id=f"c{n}" if n % 2 else "") for n in range(6)]
        moved_in(*rows, site=site)
        before = list(Subscription.objects.values())

        import_ = moved_in(*rows, site=site)

        assert counts(import_) == {"created": 0, "updated": 0, "unchanged": 6, "broken": 0}
        assert list(Subscription.objects.values()) == before
        assert (Device.objects.count(), Contact.objects.count()) == (6, 6)

    def test_it_never_brings_back_who_has_left(self):
        site = a_site()
        row = a_row(external_id="anna")
        moved_in(row, site=site)
        subscriptions.end(Subscription.objects.all(), Subscription.EndReason.UNSUBSCRIBED)

        import_ = moved_in(row, site=site)

        assert issues(import_) == [
            (1, "endpoint", "It has ended here: The visitor unsubscribed on the site.")
        ]
        assert not Contact.objects.get(external_id="anna").is_reachable
        assert not Subscription.objects.live().exists()

    def test_it_leaves_another_site_its_subscription(self):
        theirs = a_subscription()

        import_ = moved_in(a_row(endpoint=theirs.endpoint))

        assert issues(import_) == [(1, "endpoint", "This subscription belongs to another site.")]
        assert Subscription.objects.get() == theirs

    def test_it_gives_an_endpoint_to_one_contact_only(self):
        import_ = moved_in(a_row(external_id="anna"), a_row(external_id="ben"))

        assert issues(import_) == [(2, "endpoint", "Row 1 has it already.")]
        assert Subscription.objects.get().device.contact.external_id == "anna"

    @pytest.mark.parametrize(
        ("changes", "at"),
        [
            ({"endpoint": ""}, "endpoint"),
            ({"endpoint": "http://127.0.0.1/wpush/1"}, "endpoint"),
            ({"endpoint": "https://fcm.googleapis.com:8443/1"}, "endpoint"),
            ({"endpoint": "https://evil.example/1"}, "endpoint"),
            ({"p256dh": ""}, "endpoint"),
            ({"p256dh": base64url(b"\4" + b"x" * 64)}, "p256dh"),
            ({"p256dh": "%%%"}, "p256dh"),
            ({"auth": base64url(b"short")}, "auth"),
            ({"vapid_key": base64url(b"\4" + b"y" * 64)}, "vapid_key"),
            ({"has_ended": "t"}, "has_ended"),
            ({"external_id": "null"}, "external_id"),
            ({"created_at": "long ago"}, "created_at"),
        ],
    )
    def test_it_leaves_out_what_no_push_could_reach(self, changes, at):
        whole = {"vapid_key": "", "has_ended": "", "external_id": "", "created_at": ""}

        import_ = moved_in({**a_row(1), **whole, **changes}, a_row(2))

        (issue,) = import_.issues.all()
        assert (issue.row, issue.field) == (1, at)
        assert "-2" in Subscription.objects.get().endpoint

    def test_it_never_repeats_the_secrets_of_a_subscription(self):
        row = a_row(auth=base64url(b"a secret, too long"))

        import_ = moved_in(row)

        assert list(import_.issues.values_list("field", "value")) == [("auth", "")]

    @pytest.mark.parametrize(
        "write",
        [
            lambda row: json.dumps(
                {"endpoint": row["endpoint"], "keys": {k: row[k] for k in ("p256dh", "auth")}}
            ),
            lambda row: json.dumps(
                {"subscription": {"endpoint": row["endpoint"],
                                  "keys": {k: row[k] for k in ("p256dh", "auth")}}}
            ),
            lambda row: table(
                {"identifier": row["endpoint"], "web_p256": row["p256dh"], "web_auth": row["auth"],
                 "invalid_identifier": "f", "created_at": "1700000000"}
            ),
            lambda row: table(
                {"endpoint": row["endpoint"], "public_key": row["p256dh"],
                 "auth_token": row["auth"] + "=="}
            ),
            lambda row: table(
                {"id": "7",
                 "subscription": json.dumps(
                     {"endpoint": row["endpoint"],
                      "keys": {k: row[k].replace("-", "+").replace("_", "/")
                               for k in ("p256dh", "auth")}})}
            ),
        ],
    )  # fmt: skip
    def test_it_reads_what_other_tools_write(self, write):
        row = a_row()

        import_ = moved_in(write(row))

        stored = Subscription.objects.get()
        assert counts(import_)["created"] == 1
        assert (stored.endpoint, stored.p256dh, stored.auth) == (
            row["endpoint"], row["p256dh"], row["auth"],
        )  # fmt: skip

    def test_it_takes_an_empty_cell_for_nothing_whatever_is_asked_for(self):
        import_ = an_import(table(a_row(external_id="")), kind="subscriptions", private_key=OLD_KEY)
        steering.remap(import_, import_.mapping, empty_removes=True)
        steering.run(import_)
        running.drain()

        import_.refresh_from_db()
        assert counts(import_) == {"created": 1, "updated": 0, "unchanged": 0, "broken": 0}
        assert Contact.objects.get().external_id is None

    def test_it_respects_the_keys_of_each_row(self):
        site = a_site()
        own = keys.current(site).public_key

        moved_in(a_row(1), a_row(2, vapid_key=own), site=site)

        found = Subscription.objects.order_by("endpoint").values_list("key__public_key", flat=True)
        assert list(found) == [OLD_PUBLIC, own]

    @pytest.mark.parametrize("number", [1, 3])
    def test_it_costs_the_same_for_one_and_for_three(self, number):
        rows = [a_row(n, external_id=f"c{n}") for n in range(number)] + [a_row("x")]
        import_ = an_import(table(*rows), kind="subscriptions", private_key=OLD_KEY)
        steering.run(import_)

        with CaptureQueriesContext(connection) as queries:
            running.advance(import_.pk)

        assert len(queries) == 25, "\n".join(query["sql"] for query in queries)

    def test_it_is_for_superusers(self, superuser):
        names = [kind.name for kind in kinds.for_user(a_user("Marketer"))]

        assert names == ["contacts", "members"]
        assert "subscriptions" in [kind.name for kind in kinds.for_user(superuser)]


class TestClaim:
    def test_a_live_subscription_of_a_browser_that_came_by_stays_its_own(self):
        site = a_site()
        device = a_device(site, "allowed")
        new = a_new_subscription(site)
        live = subscriptions.subscribe(device, new)

        import_ = moved_in(a_row(endpoint=new.endpoint, external_id="anna"), site=site)

        assert counts(import_)["unchanged"] == 1
        assert Subscription.objects.get() == live
