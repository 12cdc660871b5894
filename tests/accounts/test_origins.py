import pytest

from apps.accounts import origins
from apps.accounts.models import Origin
from tests.factories import ORIGIN, a_site

pytestmark = pytest.mark.django_db


class TestIsAllowed:
    def test_it_allows_what_the_site_lists_and_notes_that_it_was_seen(self):
        site = a_site()

        assert origins.is_allowed(site, ORIGIN)

        assert site.origins.get().seen_at is not None

    def test_it_refuses_another_page_but_shows_it_to_the_administrator(self):
        site = a_site()

        assert not origins.is_allowed(site, "https://evil.example")

        seen = site.origins.get(origin="https://evil.example")
        assert (seen.is_allowed, seen.seen_at is not None) == (False, True)

    def test_it_refuses_the_origin_of_another_site(self):
        site = a_site(origins=["https://one.example"])
        a_site(origins=["https://two.example"])

        assert not origins.is_allowed(site, "https://two.example")

    def test_it_keeps_only_so_many_of_the_refused(self, monkeypatch):
        monkeypatch.setattr(origins, "MAX_SEEN", 3)
        site = a_site()

        for number in range(10):
            assert not origins.is_allowed(site, f"https://evil-{number}.example")

        assert Origin.objects.filter(site=site).count() == 3
