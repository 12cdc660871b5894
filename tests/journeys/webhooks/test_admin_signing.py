import html
import re

import pytest

from apps.journeys import tasks
from apps.journeys.models import SigningSecret
from apps.journeys.webhooks import signing
from tests.accounts.house import login
from tests.factories import a_site
from tests.journeys.webhooks.callers import a_calling_journey
from tests.journeys.webhooks.test_draining import queued

pytestmark = pytest.mark.django_db

MAKE = "/admin/journeys/signingsecret/make/"
SUBMITTED = {"_form_submitted": "on"}


def change(site):
    return f"/admin/accounts/site/{site.pk}/change/"


class TestMake:
    def test_it_shows_the_secret_once(self, administrator):
        site = a_site()
        asked = administrator.get(f"{MAKE}?site={site.pk}").content.decode()

        made = administrator.post(f"{MAKE}?site={site.pk}", {**SUBMITTED, "site": site.pk})

        secret = SigningSecret.objects.get(site=site).secret
        assert "It is shown once." in asked
        assert "The new signing secret of" in made.content.decode()
        assert secret in html.unescape(made.content.decode())
        assert secret not in html.unescape(administrator.get(change(site)).content.decode())

    def test_it_makes_nothing_for_who_only_looks(self, client):
        site = a_site()
        login(client, "Marketer")

        answer = client.post(f"{MAKE}?site={site.pk}", {**SUBMITTED, "site": site.pk})

        assert answer.status_code == 403
        assert not SigningSecret.objects.exists()


class TestRemove:
    def remove(self, client, row):
        address = f"/admin/journeys/signingsecret/{row.pk}/remove/"
        assert "Nothing is signed with the secret" in client.get(address).content.decode()
        return client.post(address, SUBMITTED)

    def test_it_deletes_the_secret_and_leads_back(self, administrator):
        site = a_site()
        signing.create_secret(site)

        answer = self.remove(administrator, site.signing_secrets.get())

        assert answer.headers["HX-Redirect"] == change(site)
        assert not site.signing_secrets.exists()

    def test_it_keeps_the_last_one_that_is_needed_and_says_why(self, administrator):
        site = a_calling_journey("https://shop.example/hook").site

        self.remove(administrator, site.signing_secrets.get())

        assert site.signing_secrets.count() == 1
        assert "which are never sent unsigned" in administrator.get(change(site)).content.decode()


class TestPanel:
    def test_it_lists_secrets_without_showing_them_to_who_may_change_the_site(self, client):
        site = a_site()
        signing.create_secret(site)

        login(client, "Marketer")
        assert "Signing secrets" not in client.get(change(site)).content.decode()

    def test_its_example_tells_our_calls_from_others(self, administrator, receiver, monkeypatch):
        site = a_calling_journey(f"{receiver.origin}/hook").site
        queued(site.journeys.get(live_version__isnull=False))
        tasks.call_webhooks()
        _, _, headers, body = receiver.calls[0]
        monkeypatch.setenv("PUSHDESK_SIGNING_SECRET", site.signing_secrets.get().secret)

        page = administrator.get(change(site)).content.decode()
        example = re.search(r'<pre id="webhook-python">(.*?)</pre>', page, re.DOTALL)[1]
        known = {}
        exec(html.unescape(example), known)

        assert known["is_from_pushdesk"](headers, body.encode())
        assert not known["is_from_pushdesk"](headers, body.encode() + b" ")
        late = {**headers, "webhook-timestamp": "1700000000"}
        assert not known["is_from_pushdesk"](late, body.encode())
