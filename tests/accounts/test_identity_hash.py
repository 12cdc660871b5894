import html
import os
import re
import shutil
import subprocess
import sys
import time

import pytest

from apps.accounts import identity_hash
from apps.accounts.models import IdentitySecret
from apps.accounts.site_secrets import SecretNeeded
from tests.accounts.house import login
from tests.factories import a_site

pytestmark = pytest.mark.django_db

HOUR, DAY = 3600, 24 * 3600


def a_checking_site(check="required"):
    """A site that checks hashes, and its secret."""
    site = a_site(identity_check=check)
    return site, identity_hash.create_secret(site)


def a_hash(secret, external_id="anna", expires_in=HOUR):
    return identity_hash.make(secret, external_id, expires_at=int(time.time()) + expires_in)


class TestCheck:
    @pytest.mark.parametrize("given", [None, "", "nonsense", "1.abc"])
    def test_it_looks_at_nothing_where_it_is_off(self, given):
        identity_hash.check(a_site(), "anna", given)

    @pytest.mark.parametrize("check", ["optional", "required"])
    def test_it_lets_a_page_speak_for_the_id_that_was_signed(self, check):
        site, secret = a_checking_site(check)

        identity_hash.check(site, "anna", a_hash(secret))

    @pytest.mark.parametrize("given", [None, ""])
    def test_it_lets_a_page_without_a_hash_pass_where_it_is_optional(self, given):
        identity_hash.check(a_checking_site("optional")[0], "anna", given)

    @pytest.mark.parametrize("given", [None, ""])
    def test_it_refuses_a_page_without_a_hash_where_it_is_required(self, given):
        with pytest.raises(identity_hash.IdentityRefused, match="make a hash on your server"):
            identity_hash.check(a_checking_site()[0], "anna", given)

    @pytest.mark.parametrize("check", ["optional", "required"])
    @pytest.mark.parametrize(
        "given",
        [
            "nonsense",
            "abc",
            f"{'a' * 64}",
            f"1.{'a' * 63}",
            f"-1.{'a' * 64}",
            f"0999999999.{'a' * 64}",
            f"99999999999999.{'a' * 64}",
            f"\u0661.{'a' * 64}",
            f"1.{'A' * 64}",
            f"1.{'a' * 64}\n",
        ],
    )
    def test_it_refuses_what_is_no_hash(self, check, given):
        with pytest.raises(identity_hash.IdentityRefused, match="must be <expiry"):
            identity_hash.check(a_checking_site(check)[0], "anna", given)

    @pytest.mark.parametrize("check", ["optional", "required"])
    def test_it_refuses_the_hash_of_another_id(self, check):
        site, secret = a_checking_site(check)

        with pytest.raises(identity_hash.IdentityRefused, match="was not made for this id"):
            identity_hash.check(site, "ben", a_hash(secret, "anna"))

    def test_it_refuses_the_secret_of_another_site(self):
        _, secret = a_checking_site()

        with pytest.raises(identity_hash.IdentityRefused, match="was not made for this id"):
            identity_hash.check(a_checking_site()[0], "anna", a_hash(secret))

    def test_it_refuses_an_expiry_that_was_not_signed(self):
        site, secret = a_checking_site()
        _, signature = a_hash(secret, expires_in=-1).split(".")

        with pytest.raises(identity_hash.IdentityRefused, match="was not made for this id"):
            identity_hash.check(site, "anna", f"{int(time.time()) + HOUR}.{signature}")

    @pytest.mark.parametrize("expires_in", [-1, -DAY])
    def test_it_refuses_a_hash_that_has_expired(self, expires_in):
        site, secret = a_checking_site()

        with pytest.raises(identity_hash.IdentityRefused, match="has expired"):
            identity_hash.check(site, "anna", a_hash(secret, expires_in=expires_in))

    def test_it_refuses_a_hash_that_would_live_for_days(self):
        site, secret = a_checking_site()
        identity_hash.check(site, "anna", a_hash(secret, expires_in=DAY))

        with pytest.raises(identity_hash.IdentityRefused, match="lives too long"):
            identity_hash.check(site, "anna", a_hash(secret, expires_in=DAY + HOUR))

    def test_it_takes_every_secret_of_the_site_until_it_is_deleted(self):
        site, old = a_checking_site()
        new = identity_hash.create_secret(site)
        for secret in (old, new):
            identity_hash.check(site, "anna", a_hash(secret))

        identity_hash.delete_secret(site.identity_secrets.last())

        identity_hash.check(site, "anna", a_hash(new))
        with pytest.raises(identity_hash.IdentityRefused):
            identity_hash.check(site, "anna", a_hash(old))

    def test_it_signs_ids_of_any_script(self):
        site, secret = a_checking_site()

        identity_hash.check(site, "Łucja\n7", a_hash(secret, "Łucja\n7"))


class TestSecrets:
    def test_they_are_not_readable_in_the_database(self):
        _, secret = a_checking_site()

        raw = IdentitySecret.objects.raw("SELECT * FROM accounts_identitysecret")
        (stored,) = IdentitySecret.objects.extra(select={"raw": "secret"}).values_list(
            "raw", flat=True
        )

        assert raw[0].secret == secret
        assert secret not in stored

    def test_the_last_one_stays_while_hashes_are_checked(self):
        site, _ = a_checking_site()

        with pytest.raises(SecretNeeded):
            identity_hash.delete_secret(site.identity_secrets.get())

        assert site.identity_secrets.count() == 1


class TestSnippets:
    """What the site's page tells integrators to run makes hashes that are taken."""

    @pytest.fixture
    def snippets(self, client):
        site, _ = a_checking_site()
        login(client, "superuser")
        page = client.get(f"/admin/accounts/site/{site.pk}/change/").content.decode()
        found = re.findall(r'<pre id="identity-(\w+)">(.*?)</pre>', page, re.DOTALL)
        return {name: html.unescape(text) for name, text in found}

    @pytest.mark.parametrize(
        ("name", "command", "call"),
        [
            ("python", [sys.executable, "-c"], 'print(pushdesk_hash("Łucja 7"))'),
            (
                "node",
                ["node", "--input-type=module", "-e"],
                'process.stdout.write(pushdeskHash("Łucja 7"))',
            ),
            ("php", ["php", "-r"], 'echo pushdesk_hash("Łucja 7");'),
        ],
    )
    def test_it_makes_a_valid_hash(self, snippets, name, command, call):
        if not shutil.which(command[0]):
            pytest.skip(f"{command[0]} is not here")
        site, secret = a_checking_site()

        made = subprocess.run(
            [*command, f"{snippets[name]}\n{call}"],
            env={**os.environ, "PUSHDESK_IDENTITY_SECRET": secret},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()

        identity_hash.check(site, "Łucja 7", made)
