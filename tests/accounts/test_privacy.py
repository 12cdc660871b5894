import pytest

from apps.accounts import privacy
from apps.accounts.models import ErasedId
from tests.factories import a_site


class TestHashOfExternalId:
    def test_it_depends_on_the_installs_key(self, settings):
        settings.SECRET_KEY = "one"
        one = privacy.hash_of_external_id("anna")
        settings.SECRET_KEY = "two"

        assert len(one) == 64
        assert privacy.hash_of_external_id("anna") != one


@pytest.mark.django_db
class TestIsErased:
    def test_it_knows_an_erased_id_of_the_site_only(self):
        site = a_site()
        ErasedId.objects.create(site=site, hash=privacy.hash_of_external_id("anna"))

        assert privacy.is_erased(site, "anna")
        assert not privacy.is_erased(site, "ben")
        assert not privacy.is_erased(a_site(), "anna")
