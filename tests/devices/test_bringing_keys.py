"""Who moves in gives the old private key in the back office, once, and never sees it again."""

import json

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.contrib.sessions.models import Session
from django.db import connection

from apps.accounts.imports import running, steering
from apps.accounts.models import AuditEntry, Import
from apps.devices import keys, private_keys
from apps.devices.models import Subscription, VapidKey
from tests.accounts.house import login
from tests.devices.previous import OLD_KEY, OLD_PUBLIC, a_row, moved_in, table
from tests.factories import a_file, a_site, a_user, an_import, base64url, counts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_files")]
ADD = "/admin/accounts/import/add/?kind=subscriptions"
BRING = "/admin/devices/vapidkey/bring/"
OTHER_KEY = base64url((815).to_bytes(32, "big"))
OTHER_PUBLIC = private_keys.read(OTHER_KEY).public
SUBMITTED = {"_form_submitted": "on"}


@pytest.fixture
def administrator(client):
    login(client, "superuser")
    return client


@pytest.fixture
def site():
    return a_site()


def page_of(row):
    return f"/admin/{row._meta.app_label}/{row._meta.model_name}/{row.pk}/change/"


def waiting(site, *rows, **options):
    return an_import(table(*rows or [a_row()]), kind="subscriptions", site=site, **options)


def answers(client, import_, **given):
    """What the page of the mapping sends as it stands, and what is given beside it."""
    form = client.get(page_of(import_)).context["form"]
    inputs = {name: form[name].value() or "" for name in form.fields}
    return {**inputs, **given, "verb": "check"}


def somebody_with(client, *codenames):
    user = a_user()
    user.user_permissions.add(*Permission.objects.filter(codename__in=codenames))
    client.force_login(user)
    return client


def everything_stored():
    """All that the database holds of the import, of who did what, and of the log-in."""
    rows = [
        *Import.objects.values("options", "mapping", "message"),
        *AuditEntry.objects.values(),
        *LogEntry.objects.values(),
    ]
    said = [session.get_decoded() for session in Session.objects.all()]
    return json.dumps([rows, said], default=str)


def imported_keys():
    return list(VapidKey.objects.exclude(imported_at=None).values_list("public_key", flat=True))


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
        assert f"Given for this file: the key {OLD_PUBLIC}." in page.content.decode()
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

        assert f"The file names the key {OLD_PUBLIC}, which this site has." in page
        assert f"the key {OTHER_PUBLIC}, which this site does not have" in page
        import_.refresh_from_db()
        assert (import_.status, import_.created, import_.broken) == ("checked", 1, 1)

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


class TestRight:
    def test_who_may_change_the_site_may_bring_a_key(self, client, site):
        import_ = waiting(site)
        somebody_with(client, "view_import", "add_import", "change_import", "change_site")

        client.post(page_of(import_), answers(client, import_, private_key=OLD_KEY))

        assert imported_keys() == [OLD_PUBLIC]

    def test_who_may_only_add_subscriptions_sees_who_may(self, client, superuser, site):
        import_ = waiting(site, a_row(vapid_key=OLD_PUBLIC))
        somebody_with(client, "view_import", "change_import", "add_subscription")

        page = client.get(page_of(import_))
        client.post(page_of(import_), answers(client, import_, private_key=OLD_KEY))

        assert next(iter(page.context["form"].fields)) == "public_key"
        assert f"Ask who may: {superuser.username}." in page.content.decode()
        assert imported_keys() == []
        import_.refresh_from_db()
        assert (import_.status, import_.options["public_key"]) == ("checking", "")

    def test_a_marketer_sees_who_may_move_subscriptions_in(self, client, superuser):
        login(client, "Marketer")

        page = client.get(ADD)

        assert [(kind.name, who) for kind, who in page.context["closed"]] == [
            ("subscriptions", superuser.username)
        ]
        assert f"Ask who may: {superuser.username}." in page.content.decode()


class TestPageOfSite:
    def bring(self, client, site, **given):
        return client.post(f"{BRING}?site={site.pk}", {**SUBMITTED, "site": site.pk, **given})

    def test_it_offers_it_with_the_keys(self, administrator, site):
        page = administrator.get(page_of(site)).content.decode()
        dialog = administrator.get(f"{BRING}?site={site.pk}").content.decode()

        assert f'hx-get="{BRING}?site={site.pk}"' in page
        assert "Private key of the provider you come from" in dialog

    def test_it_brings_a_key_in_once_and_audits_it(self, administrator, site):
        answer = self.bring(administrator, site, private_key=OLD_KEY, public_key=OLD_PUBLIC)
        self.bring(administrator, site, private_key=OLD_KEY)

        assert answer.headers["HX-Redirect"] == page_of(site)
        assert imported_keys() == [OLD_PUBLIC]
        assert [(row.action, row.site) for row in AuditEntry.objects.all()] == [
            ("vapid_key_brought", site)
        ]
        assert OLD_KEY not in everything_stored()

    def test_it_stays_when_an_import_with_it_is_thrown_away(self, administrator, site):
        self.bring(administrator, site, private_key=OLD_KEY)

        steering.stop(waiting(site, private_key=OLD_KEY))

        assert imported_keys() == [OLD_PUBLIC]

    @pytest.mark.parametrize(
        ("given", "at"),
        [
            ({"private_key": ""}, "private_key"),
            ({"private_key": "nonsense"}, "private_key"),
            ({"private_key": OTHER_KEY}, "private_key"),
            ({"private_key": OLD_KEY, "public_key": OTHER_PUBLIC}, "public_key"),
        ],
    )
    def test_it_says_at_the_field_what_is_wrong(self, administrator, site, given, at):
        private_keys.take_in(a_site(), OTHER_KEY, by="Test")

        page = self.bring(administrator, site, **given)

        assert list(page.context["form"].errors) == [at]
        assert (given["private_key"] or "no key") not in page.content.decode()
        assert imported_keys() == [OTHER_PUBLIC]

    def test_it_is_for_those_who_may_change_the_site(self, client, site):
        login(client, "Marketer")

        answer = self.bring(client, site, private_key=OLD_KEY)

        assert answer.status_code == 403
        assert imported_keys() == []
        assert not AuditEntry.objects.exists()

    def test_it_removes_a_wrong_one_that_nothing_was_made_with(self, administrator, site):
        key, _ = private_keys.take_in(site, OLD_KEY, by="Test")
        address = f"/admin/devices/vapidkey/{key.pk}/remove/"
        page = administrator.get(page_of(site)).content.decode()

        administrator.post(address, SUBMITTED)

        assert f'hx-get="{address}"' in page
        assert imported_keys() == []
        actions = list(AuditEntry.objects.values_list("action", flat=True))
        assert actions == ["vapid_key_removed", "vapid_key_brought"]

    def test_it_does_not_remove_one_that_subscriptions_need(self, administrator, site):
        moved_in(a_row(), site=site)
        key = VapidKey.objects.get(public_key=OLD_PUBLIC)
        address = f"/admin/devices/vapidkey/{key.pk}/remove/"
        page = administrator.get(page_of(site)).content.decode()

        administrator.post(address, SUBMITTED)

        assert f'hx-get="{address}"' not in page
        assert imported_keys() == [OLD_PUBLIC]
