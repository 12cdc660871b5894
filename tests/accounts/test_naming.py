import pytest

from apps.accounts import naming
from tests.factories import a_contact, a_site

pytestmark = pytest.mark.django_db


class TestFind:
    def test_it_finds_by_id_by_a_visitors_number_and_by_how_it_begins(self):
        site = a_site()
        anna, ben = (a_contact(site, external_id=name) for name in ("anna-1", "ben"))
        visitor = a_contact(site)
        a_contact(a_site(), external_id="anna-2")

        found = {
            term: naming.find(site.pk, term)
            for term in ("anna-1", "ann", f"Visitor {visitor.pk}", str(visitor.pk), " be\x00n ")
        }

        assert list(found.values()) == [[anna], [anna], [visitor], [visitor], [ben]]

    def test_a_number_is_an_id_before_it_is_a_visitors_and_never_somebody_elses(self):
        site = a_site()
        ben = a_contact(site, external_id="ben")
        visitor = a_contact(site)
        named_so = a_contact(site, external_id=str(visitor.pk))

        assert naming.find(site.pk, str(visitor.pk)) == [named_so]
        assert naming.find(site.pk, str(ben.pk)) == []

    @pytest.mark.parametrize("term", ["", " ", "\x00", "9" * 30, "nobody"])
    def test_it_finds_nobody_where_nobody_is_meant(self, term):
        assert naming.find(a_contact(external_id="anna").site_id, term) == []
