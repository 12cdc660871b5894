"""Who may bring an old private key in, and the way to it from the page of the site."""

import pytest

from apps.accounts.imports import steering
from apps.accounts.models import AuditEntry
from apps.devices import private_keys
from apps.devices.models import VapidKey
from tests.accounts.house import login
from tests.devices.moving import (
    OTHER_KEY,
    OTHER_PUBLIC,
    answers,
    everything_stored,
    imported_keys,
    page_of,
    somebody_with,
    waiting,
)
from tests.devices.previous import OLD_KEY, OLD_PUBLIC, a_row, moved_in
from tests.factories import a_site

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_files")]
ADD = "/admin/accounts/import/add/?kind=subscriptions"
BRING = "/admin/devices/vapidkey/bring/"
SUBMITTED = {"_form_submitted": "on"}


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

    def test_who_may_not_give_the_key_is_told_where_it_is_missing(self, client, site):
        import_ = waiting(site)
        somebody_with(client, "view_import", "change_import", "add_subscription")

        page = client.post(page_of(import_), answers(client, import_, private_key=OLD_KEY))

        assert list(page.context["form"].errors) == ["public_key"]
        import_.refresh_from_db()
        assert import_.status == "uploaded"

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

    def test_it_stays_too_when_the_import_had_brought_it_before(self, administrator, site):
        import_ = waiting(site, private_key=OLD_KEY)
        self.bring(administrator, site, private_key=OLD_KEY)

        import_.refresh_from_db()
        steering.stop(import_)

        assert imported_keys() == [OLD_PUBLIC]
        assert import_.options["public_key"] == OLD_PUBLIC

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
