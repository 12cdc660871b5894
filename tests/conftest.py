import pytest
from django.core.files.storage import FileSystemStorage

from apps.accounts.models import Import
from tests.factories import a_user


@pytest.fixture
def superuser(db):
    return a_user(is_superuser=True)


@pytest.fixture
def administrator(client, superuser):
    """A browser at the back office, logged in as who may do everything."""
    client.force_login(superuser)
    return client


@pytest.fixture
def private_files(monkeypatch, tmp_path):
    """Where uploads wait during the test; returns the folder."""
    storage = FileSystemStorage(location=tmp_path)
    monkeypatch.setattr(Import._meta.get_field("file"), "storage", storage)
    return tmp_path
