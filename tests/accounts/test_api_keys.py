import hashlib

import pytest
from django.contrib.admin.models import LogEntry
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.utils import timezone

from apps.accounts import api_keys
from apps.accounts.models import ApiKey, AuditEntry
from tests.factories import a_site, a_token, a_user, an_api_key

pytestmark = pytest.mark.django_db


class TestCreate:
    def test_it_keeps_only_a_hash_of_the_token(self):
        key, token = api_keys.create(a_site(), name="Shop", scopes=["events:write"], by=a_user())

        assert token.startswith(f"pd_{key.prefix}_")
        assert len(token) > 50
        assert key.secret_hash == hashlib.sha256(token.encode()).hexdigest()
        stored = ApiKey.objects.values().get()
        assert token not in str(stored)
        assert token not in str(list(AuditEntry.objects.values()))

    @pytest.mark.parametrize("scopes", [[], ["contacts:own"], ["events:write", "x"]])
    def test_it_refuses_scopes_that_are_none(self, scopes):
        with pytest.raises(ValidationError):
            api_keys.create(a_site(), name="Shop", scopes=scopes, by="Test")

        assert not ApiKey.objects.exists()
        assert not AuditEntry.objects.exists()

    def test_it_is_audited(self):
        user = a_user()
        key, _ = api_keys.create(a_site(), name="Shop", scopes=["events:write"], by=user)

        entry = AuditEntry.objects.get()
        assert (entry.action, entry.user, entry.site) == ("api_key_created", user, key.site)
        assert entry.details == {"scopes": ["events:write"]}


class TestFind:
    def test_it_finds_a_key_by_its_token_only(self):
        token = a_token(a_site())

        assert api_keys.find(token) == ApiKey.objects.get()
        for wrong in ("", token[:-1], token + "x", token.upper(), "pd_\ud800", "\0"):
            assert api_keys.find(wrong) is None

    def test_it_finds_no_revoked_key(self):
        token = a_token(a_site())
        api_keys.revoke(ApiKey.objects.get(), by="Test")

        assert api_keys.find(token) is None

    def test_it_notes_its_use_every_ten_minutes(self, django_assert_num_queries):
        token = a_token(a_site())
        with django_assert_num_queries(2):
            api_keys.find(token)
        noted = ApiKey.objects.get().last_used_at

        with django_assert_num_queries(1):
            api_keys.find(token)
        assert ApiKey.objects.get().last_used_at == noted

        ApiKey.objects.update(last_used_at=noted - timezone.timedelta(minutes=11))
        api_keys.find(token)
        assert ApiKey.objects.get().last_used_at > noted


class TestRevoke:
    def test_it_ends_a_key_once(self):
        key = an_api_key()

        assert api_keys.revoke(key, by="Test")
        assert not api_keys.revoke(key, by="Test")

        assert AuditEntry.objects.filter(action="api_key_revoked").count() == 1


class TestAdmin:
    add = "/admin/accounts/apikey/add/"

    def form(self, site, **changes):
        return {"name": "Shop", "site": site.pk, "scopes": ["events:write"], **changes}

    def test_it_shows_the_token_once_and_keeps_it_nowhere(self, client, superuser):
        site = a_site()
        client.force_login(superuser)

        answer = client.post(self.add, self.form(site))

        key = ApiKey.objects.get()
        token = answer.context["secret"]
        assert answer.status_code == 200
        assert "no-store" in answer["Cache-Control"]
        assert f'<pre id="secret">{token}</pre>' in answer.content.decode()
        assert api_keys.find(token) == key
        assert (key.name, key.scopes, key.created_by) == ("Shop", ["events:write"], superuser)
        for page in ("", f"{key.pk}/change/", f"{key.pk}/history/"):
            shown = client.get(f"/admin/accounts/apikey/{page}").content.decode()
            assert token not in shown
            assert key.secret_hash not in shown
        assert token not in str(list(LogEntry.objects.values()))
        assert token not in str(dict(client.session))

    def test_it_asks_for_a_scope(self, client, superuser):
        client.force_login(superuser)

        answer = client.post(self.add, self.form(a_site(), scopes=[]))

        assert "scopes" in answer.context["adminform"].form.errors
        assert not ApiKey.objects.exists()

    def test_it_never_changes_one(self, client, superuser):
        key = an_api_key()
        client.force_login(superuser)

        answer = client.post(
            f"/admin/accounts/apikey/{key.pk}/change/", self.form(key.site, name="Other")
        )

        assert answer.status_code == 403
        assert ApiKey.objects.get().name == "Shop"

    def test_it_revokes_after_asking(self, client, superuser):
        key = an_api_key()
        client.force_login(superuser)
        page = f"/admin/accounts/apikey/{key.pk}/revoke/"

        asked = client.get(page)
        assert "Revoke this key for good?" in asked.content.decode()
        assert ApiKey.objects.get().revoked_at is None

        client.post(page, {"post": "yes", "_form_submitted": "1"})
        assert ApiKey.objects.get().revoked_at is not None

    @pytest.mark.parametrize("role", ["Marketer", "Analyst"])
    def test_it_is_for_administrators_only(self, client, role):
        key = an_api_key()
        client.force_login(a_user(role))

        assert client.get("/admin/accounts/apikey/").status_code == 403
        assert client.post(self.add, self.form(key.site)).status_code == 403
        assert client.post(f"/admin/accounts/apikey/{key.pk}/revoke/").status_code == 403
        assert list(ApiKey.objects.values_list("revoked_at", flat=True)) == [None]


class TestCommand:
    def test_it_prints_a_token_that_works(self, capsys):
        site = a_site()

        call_command("create_api_key", site.name, "Shop backend", scope=["contacts:read"])

        key = api_keys.find(capsys.readouterr().out.strip())
        assert (key.site, key.name, key.scopes) == (site, "Shop backend", ["contacts:read"])
        assert AuditEntry.objects.get().who == "The command line"

    @pytest.mark.parametrize(
        ("site", "scope"), [("nowhere", "contacts:read"), (None, "contacts:everything")]
    )
    def test_it_refuses_what_does_not_exist(self, site, scope):
        name = site or a_site().name

        with pytest.raises(CommandError):
            call_command("create_api_key", name, "Shop", scope=[scope])

        assert not ApiKey.objects.exists()
