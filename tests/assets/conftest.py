import pytest
from django.core.files.storage import storages

from tests.assets.full_assets import GERMAN, a_full_popup, a_full_push, exported
from tests.factories import a_property, a_segment, a_site, a_user


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


@pytest.fixture(
    params=[
        "django.core.files.storage.FileSystemStorage",
        # As of S3: no paths, no folders.
        "django.core.files.storage.InMemoryStorage",
    ],
    ids=["disk", "elsewhere"],
)
def any_storage(request, settings, tmp_path):
    """Where uploads wait during the test, on a disk and anywhere else; returns the storage."""
    options = {"location": tmp_path / "private"}
    private = {"BACKEND": request.param, "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, "private": private}
    return storages["private"]


@pytest.fixture
def waiting_files(settings, tmp_path):
    """Where uploads wait during the test; returns what lists them."""
    folder = tmp_path / "private"
    private = {**settings.STORAGES["private"], "OPTIONS": {"location": folder}}
    settings.STORAGES = {**settings.STORAGES, "private": private}
    return lambda: sorted(path for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def data(db):
    site = a_site()
    a_full_push(site)
    a_full_popup(site, status="archived")
    return exported(site)


@pytest.fixture
def ready(db):
    """A site that knows all that the file names."""
    site = a_site()
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
