import pytest

from tests.assets.full_assets import GERMAN, a_full_popup, a_full_push, an_empty_site, exported
from tests.factories import a_property, a_segment, a_user


@pytest.fixture
def media(settings, tmp_path):
    """Where images are stored during the test; returns the folder."""
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def stored(media):
    """Tell which files there are, by the names that storage knows them by."""
    return lambda: sorted(
        str(path.relative_to(media)) for path in media.rglob("*") if path.is_file()
    )


@pytest.fixture
def data(db):
    site = an_empty_site()
    a_full_push(site)
    a_full_popup(site, status="archived")
    return exported(site)


@pytest.fixture
def ready(db):
    """A site that knows all that the file names."""
    site = an_empty_site()
    a_property(site, "first_name")
    a_segment(site, name="VIP", rule=GERMAN)
    return site


@pytest.fixture
def marketer(client, db):
    client.force_login(a_user("Marketer"))
    return client


@pytest.fixture
def analyst(client, db):
    client.force_login(a_user("Analyst"))
    return client
