import pytest

from apps.accounts import identity_hash
from apps.accounts.models import IdentitySecret, Site
from tests.accounts.house import login
from tests.accounts.test_admin import a_form
from tests.factories import a_site

pytestmark = pytest.mark.django_db

MAKE = "/admin/accounts/identitysecret/make/"
SUBMITTED = {"_form_submitted": "on"}


def change(site):
    return f"/admin/accounts/site/{site.pk}/change/"


def stored_form(site, **changes):
    origin = site.origins.get()
    return a_form(
        **{
            "origins-INITIAL_FORMS": "1",
            "origins-0-id": str(origin.pk),
            "origins-0-site": str(site.pk),
            **changes,
        }
    )


class TestMake:
    def test_it_shows_the_secret_once(self, administrator):
        site = a_site()
        asked = administrator.get(f"{MAKE}?site={site.pk}").content.decode()

        made = administrator.post(f"{MAKE}?site={site.pk}", {**SUBMITTED, "site": site.pk})

        secret = IdentitySecret.objects.get(site=site).secret
        assert "It is shown once." in asked
        assert secret in made.content.decode()
        assert secret not in administrator.get(change(site)).content.decode()

    def test_it_makes_nothing_for_who_only_looks(self, client):
        site = a_site()
        login(client, "Marketer")

        answer = client.post(f"{MAKE}?site={site.pk}", {**SUBMITTED, "site": site.pk})

        assert answer.status_code == 403
        assert not IdentitySecret.objects.exists()


class TestRemove:
    def remove(self, client, row):
        address = f"/admin/accounts/identitysecret/{row.pk}/remove/"
        assert "refused from that moment on" in client.get(address).content.decode()
        return client.post(address, SUBMITTED)

    def test_it_deletes_the_secret_and_leads_back(self, administrator):
        site = a_site()
        identity_hash.create_secret(site)

        answer = self.remove(administrator, site.identity_secrets.get())

        assert answer.headers["HX-Redirect"] == change(site)
        assert not site.identity_secrets.exists()

    def test_it_keeps_the_last_one_that_is_needed_and_says_why(self, administrator):
        site = a_site()
        identity_hash.create_secret(site)
        Site.objects.update(identity_check="required")

        self.remove(administrator, site.identity_secrets.get())

        assert site.identity_secrets.count() == 1
        assert "nobody could log in any more" in administrator.get(change(site)).content.decode()


class TestSiteForm:
    @pytest.mark.parametrize("check", ["optional", "required"])
    def test_it_refuses_a_check_without_a_secret(self, administrator, check):
        site = a_site()

        page = administrator.post(change(site), stored_form(site, identity_check=check))

        assert page.context["adminform"].form.errors["identity_check"] == [
            "This site has no identity secret, so no hash could be valid: make one first, "
            "under “Identity check” below."
        ]
        assert Site.objects.get().identity_check == "off"

    def test_it_refuses_it_for_a_site_that_is_not_stored_yet(self, administrator):
        page = administrator.post("/admin/accounts/site/add/", a_form(identity_check="required"))

        assert list(page.context["adminform"].form.errors) == ["identity_check"]
        assert not Site.objects.exists()

    def test_it_takes_it_once_there_is_one(self, administrator):
        site = a_site()
        identity_hash.create_secret(site)

        administrator.post(change(site), stored_form(site, identity_check="required"))

        assert Site.objects.get().identity_check == "required"
