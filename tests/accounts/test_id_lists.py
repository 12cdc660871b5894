import pytest

from apps.accounts.id_lists import listed, one_of
from apps.accounts.models import Contact
from tests.factories import a_contact, a_site

pytestmark = pytest.mark.django_db


@pytest.fixture
def contacts():
    return [a_contact(a_site()) for _ in range(3)]


class TestListed:
    @pytest.mark.parametrize("number", [0, 1, 2])
    def test_it_names_the_rows_with_these_ids(self, contacts, number):
        wanted = contacts[:number]

        rows = Contact.objects.filter(pk__in=listed([row.pk for row in wanted]))

        assert list(rows.order_by("pk")) == wanted


class TestOneOf:
    @pytest.mark.parametrize("number", [0, 1, 2])
    def test_it_names_the_rows_with_these_ids(self, contacts, number):
        wanted = contacts[:number]

        rows = Contact.objects.filter(one_of("pk", [row.pk for row in wanted]))

        assert list(rows.order_by("pk")) == wanted
