import json

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from apps.accounts.imports import kinds, running, steering
from apps.accounts.models import Import
from apps.devices import keys
from apps.devices.models import Subscription, VapidKey
from tests.devices.previous import OLD_KEY, OLD_PUBLIC, a_row, moved_in, table
from tests.factories import a_file, a_site, an_import, brought_in, counts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_files")]


class TestPrivateKey:
    @pytest.mark.parametrize(
        ("options", "at"),
        [
            ({"private_key": "nonsense"}, "private_key"),
            ({"private_key": OLD_PUBLIC}, "private_key"),
            ({"private_key": OLD_KEY, "public_key": "BOther"}, "public_key"),
            ({"private_key": "", "public_key": OLD_PUBLIC}, "public_key"),
        ],
    )
    def test_it_is_checked_before_anything_is_kept(self, options, at, private_files):
        site = a_site()
        before = VapidKey.objects.count()

        with pytest.raises(ValidationError) as refused:
            steering.receive(
                kinds.find("subscriptions"), site, a_file(table(a_row())), options=options
            )

        assert list(refused.value.message_dict) == [at]
        assert not Import.objects.exists()
        assert VapidKey.objects.count() == before
        assert list(private_files.rglob("*")) == []

    def test_it_is_refused_when_it_was_retired(self):
        site = a_site()
        moved_in(a_row(), site=site)
        keys.retire(VapidKey.objects.get(public_key=OLD_PUBLIC))

        with pytest.raises(ValidationError) as refused:
            an_import(table(a_row(2)), kind="subscriptions", site=site, private_key=OLD_KEY)
        named = brought_in(table(a_row(2, vapid_key=OLD_PUBLIC)), kind="subscriptions", site=site)

        assert list(refused.value.message_dict) == ["private_key"]
        assert list(named.issues.values_list("field", "message")) == [
            ("vapid_key", "This site has retired that key.")
        ]
        assert Subscription.objects.count() == 1

    def test_it_is_nowhere_in_the_clear(self):
        import_ = moved_in(a_row())

        assert OLD_KEY not in json.dumps([import_.options, import_.mapping])
        column = VapidKey._meta.get_field("private_key").column
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {column} FROM devices_vapidkey WHERE imported_at IS NOT NULL")
            assert "BEGIN" not in str(cursor.fetchone()[0])

    def test_it_goes_when_the_import_is_thrown_away(self):
        import_ = an_import(table(a_row()), kind="subscriptions", private_key=OLD_KEY)

        steering.stop(import_)

        assert not VapidKey.objects.filter(public_key=OLD_PUBLIC).exists()

    def test_it_stays_while_another_file_that_waits_needs_it(self):
        site = a_site()
        wrong, right = (
            an_import(table(row), kind="subscriptions", site=site, private_key=OLD_KEY)
            for row in (a_row(1), a_row(2))
        )

        steering.stop(wrong)
        steering.run(right)
        running.drain()

        right.refresh_from_db()
        assert counts(right) == {"created": 1, "updated": 0, "unchanged": 0, "broken": 0}

    def test_it_stays_while_subscriptions_need_it(self):
        site = a_site()
        moved_in(a_row(), site=site)
        import_ = an_import(table(a_row()), kind="subscriptions", site=site, private_key=OLD_KEY)

        steering.stop(import_)

        assert VapidKey.objects.filter(public_key=OLD_PUBLIC).exists()
