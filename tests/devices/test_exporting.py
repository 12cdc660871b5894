import json

import pytest
from django.core.management import call_command

from apps.accounts.models import AuditEntry
from apps.devices import consent, exporting, identity, private_keys
from apps.devices.models import Subscription
from tests.factories import a_device, a_site, a_subscription, brought_in, counts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_files")]


def a_site_with_subscriptions():
    site = a_site()
    for _ in range(3):
        a_subscription(a_device(site, "allowed"))
    ended = a_subscription(a_device(site, "allowed"))
    Subscription.objects.filter(pk=ended.pk).update(ended_at=ended.created_at)
    a_subscription()
    return site


class TestSubscriptions:
    @pytest.mark.parametrize("format_", ["csv", "jsonl"])
    def test_it_comes_back_unchanged(self, format_, capsys):
        site = a_site_with_subscriptions()

        call_command("export_subscriptions", site=site.name, format=format_)

        import_ = brought_in(capsys.readouterr().out, kind="subscriptions", site=site)
        assert counts(import_) == {"created": 0, "updated": 0, "unchanged": 3, "broken": 0}

    def test_it_is_what_a_browser_gives_with_more_beside_it(self):
        site = a_site()
        row = a_subscription(a_device(site, "allowed"))

        (line,) = exporting.subscriptions(Subscription.objects.all(), format_="jsonl")

        assert json.loads(line) == {
            "endpoint": row.endpoint,
            "keys": {"p256dh": row.p256dh, "auth": row.auth},
            "vapid_key": row.key.public_key,
            "language": "de",
            "time_zone": "Europe/Berlin",
            "browser": "Firefox",
            "os": "Linux",
            "created_at": row.created_at.isoformat(),
            "last_seen_at": row.device.last_seen_at.isoformat(),
        }

    @pytest.mark.parametrize("format_", ["csv", "jsonl"])
    def test_it_leaves_out_who_has_unsubscribed_on_another_browser(self, format_):
        site = a_site()
        laptop, phone = a_device(site, "allowed"), a_device(site, "allowed")
        for device in (laptop, phone):
            a_subscription(device)
            identity.identify(device, "anna")
        consent.unsubscribe(laptop)

        lines = list(exporting.subscriptions(Subscription.objects.all(), format_=format_))

        assert Subscription.objects.live().get().device == phone
        assert len(lines) == (1 if format_ == "csv" else 0)

    def test_it_is_the_superusers(self, client, superuser):
        a_site_with_subscriptions()
        client.force_login(superuser)

        answer = client.get("/admin/devices/device/export/csv/")

        assert len(b"".join(answer.streaming_content).splitlines()) == 5
        assert AuditEntry.objects.values_list("action", "subject").get() == ("exported", "devices")


class TestVapidKeys:
    def test_it_gives_both_forms_of_each_pair(self, capsys):
        site = a_site()

        call_command("export_vapid_keys", site=site.name)

        (pair,) = json.loads(capsys.readouterr().out)
        assert pair["public_key"] == site.vapid_keys.get().public_key
        for form in ("private_key", "private_key_pem"):
            assert private_keys.read(pair[form]).public == pair["public_key"]
        assert AuditEntry.objects.get().subject == "VAPID private keys"
