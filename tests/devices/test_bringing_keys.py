"""Who moves in gives the old private key in the import, once, and never sees it again."""

import pytest
from django.db import connection

from apps.accounts.imports import running, steering
from apps.accounts.models import AuditEntry, Import
from apps.devices import keys, private_keys
from apps.devices.models import Subscription, VapidKey
from tests.devices.moving import (
    OTHER_KEY,
    OTHER_PUBLIC,
    answers,
    everything_stored,
    imported_keys,
    page_of,
    waiting,
)
from tests.devices.previous import OLD_KEY, OLD_PUBLIC, a_row, moved_in, table
from tests.factories import a_file, a_site, counts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_files")]
ADD = "/admin/accounts/import/add/?kind=subscriptions"


class TestWizard:
    def test_it_asks_after_the_upload_and_brings_subscribers_in(self, administrator, site):
        file = a_file(table(a_row()), "old.csv")
        administrator.post(ADD, {"site": site.pk, "file": file})
        import_ = Import.objects.get()

        administrator.post(page_of(import_), answers(administrator, import_, private_key=OLD_KEY))
        running.drain()
        administrator.post(page_of(import_), {"verb": "run"})
        running.drain()

        import_.refresh_from_db()
        assert counts(import_) == {"created": 1, "updated": 0, "unchanged": 0, "broken": 0}
        assert Subscription.objects.get().key.public_key == OLD_PUBLIC

    def test_the_key_is_stored_encrypted_and_shown_nowhere(self, administrator, site, caplog):
        caplog.set_level(0)
        import_ = waiting(site)
        pem = private_keys.read(OLD_KEY).private

        answer = administrator.post(
            page_of(import_), answers(administrator, import_, private_key=pem), follow=True
        )
        page = administrator.get(f"{page_of(import_)}?step=map").content.decode()

        shown = answer.content.decode() + page + everything_stored() + caplog.text
        assert pem.splitlines()[1] not in shown
        assert OLD_KEY not in shown
        column = VapidKey._meta.get_field("private_key").column
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {column} FROM devices_vapidkey WHERE imported_at IS NOT NULL")
            ((stored,),) = cursor.fetchall()
        assert pem.splitlines()[1] not in stored
        assert VapidKey.objects.get(public_key=OLD_PUBLIC).private_key == pem

    def test_it_is_audited(self, administrator, site):
        import_ = waiting(site)

        administrator.post(page_of(import_), answers(administrator, import_, private_key=OLD_KEY))

        entry = AuditEntry.objects.get()
        assert (entry.action, entry.site, entry.subject) == (
            "vapid_key_brought", site, f"VAPID key {OLD_PUBLIC[:12]}…",
        )  # fmt: skip
        assert (entry.who, entry.details) == (entry.user.get_username(), {})

    @pytest.mark.parametrize(
        ("given", "at", "words"),
        [
            ({"private_key": "nonsense"}, "private_key", "6 bytes"),
            ({"private_key": OLD_PUBLIC}, "private_key", "This is the public key."),
            ({"private_key": OTHER_KEY}, "private_key", "Another site here has this key"),
            ({"private_key": OLD_KEY, "public_key": "BX"}, "public_key", "another public key"),
            ({"public_key": OLD_PUBLIC}, "public_key", "This site has no such key."),
            ({}, "private_key", "No column says which key"),
        ],
    )
    def test_it_says_at_the_field_what_is_wrong_and_loses_nothing(
        self, administrator, site, given, at, words
    ):
        private_keys.take_in(a_site(), OTHER_KEY, by="Test")
        import_ = waiting(site)
        sent = answers(administrator, import_, to_0="subscription", to_1="", to_2="", **given)

        page = administrator.post(page_of(import_), sent)

        form = page.context["form"]
        assert list(form.errors) == [at]
        assert words in form.errors[at][0]
        assert [form[f"to_{number}"].value() for number in range(3)] == ["subscription", "", ""]
        assert given.get("private_key", "no key") not in page.content.decode()
        import_.refresh_from_db()
        assert (import_.status, import_.file.storage.exists(import_.file.name)) == (
            "uploaded", True,
        )  # fmt: skip
        assert imported_keys() == [OTHER_PUBLIC]

    def test_it_refuses_a_key_that_the_site_has_retired(self, administrator, site):
        moved_in(a_row(), site=site)
        keys.retire(VapidKey.objects.get(public_key=OLD_PUBLIC))
        import_ = waiting(site, a_row(2))

        pages = [
            administrator.post(page_of(import_), answers(administrator, import_, **given))
            for given in ({"private_key": OLD_KEY}, {"public_key": OLD_PUBLIC})
        ]

        assert [page.context["form"].errors for page in pages] == [
            {"private_key": ["This site has retired this key, for good: it signs nothing any "
                             "more."]},
            {"public_key": ["This site has retired this key."]},
        ]  # fmt: skip
        import_.refresh_from_db()
        assert import_.options["public_key"] == ""

    def test_it_keeps_the_key_when_the_mapping_is_refused(self, administrator, site):
        import_ = waiting(site)

        page = administrator.post(
            page_of(import_),
            answers(administrator, import_, private_key=OLD_KEY, to_1="endpoint"),
        )

        assert list(page.context["form"].errors) == ["to_1"]
        assert f"Given for this file: the key {OLD_PUBLIC}" in page.content.decode()
        import_.refresh_from_db()
        assert import_.options["public_key"] == OLD_PUBLIC
        again = administrator.post(page_of(import_), answers(administrator, import_))
        assert again.status_code == 302

    def test_it_needs_none_where_the_file_names_a_key_of_the_site(self, administrator, site):
        private_keys.take_in(site, OLD_KEY, by="Test")
        import_ = waiting(site, a_row(vapid_key=OLD_PUBLIC), a_row(2, vapid_key=OTHER_PUBLIC))

        page = administrator.get(page_of(import_)).content.decode()
        administrator.post(page_of(import_), answers(administrator, import_))
        running.drain()

        assert f"The file names a key that this site has: {OLD_PUBLIC}" in page
        assert f"does not have, so it is needed here: {OTHER_PUBLIC}" in page
        import_.refresh_from_db()
        assert (import_.status, import_.created, import_.broken) == ("checked", 1, 1)

    def test_it_says_which_keys_there_are_where_the_file_names_none(self, administrator, site):
        private_keys.take_in(site, OLD_KEY, by="Test")
        private_keys.take_in(a_site(), OTHER_KEY, by="Test")
        import_ = waiting(site)

        hints = administrator.get(page_of(import_)).context["form"].hints()
        administrator.post(page_of(import_), answers(administrator, import_, public_key=OLD_PUBLIC))
        running.drain()

        assert hints == [f"This site has a key of another provider: {OLD_PUBLIC}"]
        import_.refresh_from_db()
        assert (import_.status, import_.created) == ("checked", 1)

    def test_another_key_takes_the_place_of_a_wrong_one(self, administrator, site):
        import_ = waiting(site)

        for key in (OTHER_KEY, OLD_KEY):
            administrator.post(page_of(import_), answers(administrator, import_, private_key=key))
            running.drain()
            import_.refresh_from_db()
            administrator.get(f"{page_of(import_)}?step=map")
            Import.objects.update(status="uploaded")

        assert import_.options["public_key"] == OLD_PUBLIC
        assert imported_keys() == [OLD_PUBLIC]

    def test_naming_the_key_that_was_given_keeps_it(self, site):
        import_ = waiting(site, private_key=OLD_KEY)

        assert steering.answer(import_, {"public_key": OLD_PUBLIC}, by="Test")
        assert imported_keys() == [OLD_PUBLIC]

        steering.stop(import_)
        assert imported_keys() == []

    def test_it_takes_none_once_it_runs(self, site):
        import_ = waiting(site, private_key=OLD_KEY)
        steering.run(import_)

        assert not steering.answer(import_, {"private_key": OTHER_KEY}, by="Test")

        assert imported_keys() == [OLD_PUBLIC]
