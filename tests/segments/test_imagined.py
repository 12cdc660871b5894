import pytest
from django.utils import timezone

from apps.accounts.models import Contact
from apps.segments import imagined
from tests.factories import a_contact, a_site

pytestmark = pytest.mark.django_db


def somebody(site, **values):
    return Contact(
        pk=imagined.KEY, site=site, created_at=timezone.now(), **{"external_id": "anna", **values}
    )


class TestOnly:
    def test_the_contact_is_the_only_one_there_is(self):
        site = a_site()
        stored = a_contact(site, external_id="anna")
        contact = somebody(site, language="de", state={"vip": True, "name": "%s Zoë '\""})

        with imagined.only(contact):
            (found,) = Contact.objects.all()

        columns = [field.attname for field in Contact._meta.concrete_fields]
        assert [getattr(found, name) for name in columns] == [
            getattr(contact, name) for name in columns
        ]
        assert list(Contact.objects.all()) == [stored]

    def test_it_is_there_for_nobody_once_something_went_wrong(self):
        with pytest.raises(ZeroDivisionError), imagined.only(somebody(a_site())):
            1 / 0  # noqa: B018

        assert not Contact.objects.exists()

    def test_queries_for_anything_else_are_as_they_were(self, django_assert_num_queries):
        site = a_site()

        with imagined.only(somebody(site)), django_assert_num_queries(1) as asked:
            assert type(site).objects.filter(pk=site.pk).exists()

        assert asked.captured_queries[0]["sql"].startswith("SELECT")
