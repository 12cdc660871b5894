import gc
import os

import pytest
from django.conf import settings
from django.core.files.storage import FileSystemStorage, storages
from django.test import override_settings

from apps.accounts.models import Import
from tests.accounts.system import System
from tests.factories import a_user
from tests.workers import ByFile, drives_browsers


@pytest.hookimpl(wrapper=True, optionalhook=True)
def pytest_xdist_auto_num_workers(config):
    # One for each processor, and one more: the one that drives browsers often waits for them.
    said = os.environ.get("PYTEST_XDIST_AUTO_NUM_WORKERS")
    return (yield) + (0 if said else 1)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return ByFile(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    # Of what workers do at the same time the longest begins first.
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: not drives_browsers(item.nodeid))


def pytest_collection_finish(session):
    # What has been collected stays to the end: looking through it again and again takes a
    # twentieth of the whole run.
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def own_files(tmp_path_factory):
    """Keep all files out of `var/`, where a desk of yours has its own, and apart from those of
    another worker: each removes what no row of its database knows of."""
    folder = tmp_path_factory.mktemp("var")
    for name in ("private", "media", "uploads"):
        (folder / name).mkdir()
    options = {**settings.STORAGES["private"]["OPTIONS"], "location": folder / "private"}
    private = {**settings.STORAGES["private"], "OPTIONS": options}
    with (
        pytest.MonkeyPatch.context() as patch,
        override_settings(
            MEDIA_ROOT=folder / "media",
            FILE_UPLOAD_TEMP_DIR=folder / "uploads",
            STORAGES={**settings.STORAGES, "private": private},
        ),
    ):
        patch.setattr(Import._meta.get_field("file"), "storage", storages["private"])
        yield


@pytest.fixture
def system(db):
    """A site's own system, with a key for the server API."""
    return System()


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
