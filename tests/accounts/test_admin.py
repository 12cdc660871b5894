import pytest
from django.apps import apps

from apps.accounts.models import Contact, Site
from apps.devices.models import VapidKey
from apps.journeys import templates
from apps.journeys.models import Journey, SigningSecret
from tests.factories import a_contact, a_site, a_user, an_event


def a_form(**changes):
    return {
        "name": "Shop",
        "home": "https://shop.example/",
        "vapid_subject": "mailto:web@shop.example",
        "default_language": "en",
        "time_zone": "Europe/Berlin",
        "identity_check": "off",
        "origins-TOTAL_FORMS": "1",
        "origins-INITIAL_FORMS": "0",
        "origins-0-origin": "https://shop.example",
        "origins-0-is_allowed": "on",
        **changes,
    }


class TestSite:
    def test_it_comes_with_a_key_and_a_draft_journey(self, administrator):
        administrator.post("/admin/accounts/site/add/", a_form())

        site = Site.objects.get()
        assert list(site.origins.values_list("origin", "is_allowed")) == [
            ("https://shop.example", True)
        ]
        assert VapidKey.objects.filter(site=site).count() == 1
        assert list(Journey.objects.values_list("site", "name", "status")) == [
            (site.pk, templates.ASK_FOR_PERMISSION, "draft")
        ]

    def test_it_is_not_stored_when_what_it_comes_with_cannot_be_made(self, administrator, settings):
        settings.SITE_SETUP = ["apps.devices.keys.create_for_site", "builtins.nothing"]

        with pytest.raises(ImportError):
            administrator.post("/admin/accounts/site/add/", a_form())

        assert not Site.objects.exists()

    def test_it_makes_no_second_key_when_it_is_changed(self, administrator):
        site = a_site()
        origin = site.origins.get()
        stored = {
            "origins-INITIAL_FORMS": "1",
            "origins-0-id": str(origin.pk),
            "origins-0-site": str(site.pk),
        }

        administrator.post(
            f"/admin/accounts/site/{site.pk}/change/", a_form(name="Other", **stored)
        )

        site.refresh_from_db()
        assert (site.name, VapidKey.objects.filter(site=site).count()) == ("Other", 1)

    def test_it_shows_what_to_put_on_the_site(self, administrator):
        site = a_site()

        page = administrator.get(f"/admin/accounts/site/{site.pk}/change/").content.decode()

        assert (
            '&lt;script async src="http://testserver/pushdesk.js" '
            f'data-site="{site.public_key}"&gt;&lt;/script&gt;'
        ) in page
        assert 'importScripts("http://testserver/pushdesk-worker.js");' in page
        assert "a file named <code>pushdesk-worker.js</code>" in page

    def test_what_to_put_there_is_under_the_public_address(self, administrator, settings):
        settings.PUBLIC_URL = "https://push.example.com"
        site = a_site()

        page = administrator.get(f"/admin/accounts/site/{site.pk}/change/").content.decode()

        assert 'async src="https://push.example.com/pushdesk.js"' in page
        assert 'importScripts("https://push.example.com/pushdesk-worker.js");' in page

    def test_it_cannot_be_deleted_once_it_has_contacts(self, administrator):
        site = a_contact().site

        answer = administrator.post(f"/admin/accounts/site/{site.pk}/delete/", {"post": "yes"})

        assert answer.status_code == 403
        assert Site.objects.filter(pk=site.pk).exists()


def found(client, url, term):
    return [str(row) for row in client.get(url, {"q": term}).context["cl"].result_list]


class TestContactSearch:
    url = "/admin/accounts/contact/"

    @pytest.mark.parametrize(
        ("term", "names"),
        [("anna-1", ["anna-1"]), ("anna", ["anna-12", "anna-1"]), ("nobody", [])],
    )
    def test_it_finds_by_external_id_or_how_it_begins(self, administrator, term, names):
        site = a_site()
        for name in ("anna-1", "ben-1", "anna-12"):
            a_contact(site, external_id=name)

        assert found(administrator, self.url, term) == names

    def test_it_finds_a_visitor_by_number(self, administrator):
        visitor = a_contact()
        a_contact(visitor.site)

        assert found(administrator, self.url, f"Visitor {visitor.pk}") == [str(visitor)]
        assert found(administrator, self.url, str(visitor.pk)) == [str(visitor)]

    def test_it_finds_events_by_their_contact(self, administrator):
        site = a_site()
        an_event(a_contact(site, external_id="anna"))
        an_event(a_contact(site, external_id="ben"))

        assert found(administrator, "/admin/accounts/event/", "anna") == ["purchase of anna"]


class TestContact:
    def test_it_is_not_written_by_hand(self, administrator):
        contact = a_contact(external_id="anna")

        answer = administrator.post(
            f"/admin/accounts/contact/{contact.pk}/change/", {"external_id": "ben"}
        )

        assert answer.status_code == 403
        assert Contact.objects.get().external_id == "anna"


class TestUser:
    def test_it_gets_its_roles_by_ticking_them(self, administrator):
        user = a_user("Analyst")
        marketer = a_user("Marketer").groups.get()
        form = {"username": user.username, "is_active": "on", "is_staff": "on"}

        administrator.post(
            f"/admin/accounts/user/{user.pk}/change/", {**form, "groups": [marketer.pk]}
        )

        assert list(user.groups.all()) == [marketer]


@pytest.mark.django_db
class TestRoles:
    RIGHTS = ("journeys.send_without_caps", "journeys.send_without_consent")

    @pytest.mark.parametrize("role", ["Marketer", "Analyst"])
    def test_nobody_sends_beyond_the_caps_or_without_consent_by_a_role(self, role):
        assert not any(map(a_user(role).has_perm, self.RIGHTS))

    def test_administrators_may(self):
        assert all(map(a_user(is_superuser=True).has_perm, self.RIGHTS))

    @pytest.mark.parametrize("model", list(apps.get_app_config("journeys").get_models()))
    def test_marketers_may_do_everything_with_journeys_but_not_with_secrets(self, model):
        marketer, name = a_user("Marketer"), model._meta.model_name
        verbs = ("view", "add", "change", "delete")

        may = [marketer.has_perm(f"journeys.{verb}_{name}") for verb in verbs]

        assert may == [model is not SigningSecret] * 4
