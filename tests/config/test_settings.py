"""What depends on the environment in which the product starts."""

import ast
import os
import subprocess
import sys

import pytest
from django.conf import settings

PRINT = "from django.conf import settings; print({})"


def printed(what, **environment):
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v0", "--no-imports", "-c", PRINT.format(what)],
        cwd=settings.BASE_DIR,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("postgres://nobody@127.0.0.1:1/shop", "shop"),
        ("sqlite:////nowhere/other.sqlite3", "other.sqlite3"),
    ],
)
def test_files_of_one_database_are_kept_apart_from_those_of_another(address, name):
    folders = printed("settings.PRIVATE_DIR, settings.MEDIA_ROOT", DATABASE_URL=address)

    var = settings.VAR_DIR
    assert folders == f"{var / 'private' / name} {var / 'media' / name}"


def test_images_can_be_kept_elsewhere():
    storage = printed(
        "settings.STORAGES['default']",
        MEDIA_STORAGE="storages.backends.s3.S3Storage",
        MEDIA_STORAGE_OPTIONS='{"bucket_name": "images", "querystring_auth": false}',
    )

    assert ast.literal_eval(storage) == {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {"bucket_name": "images", "querystring_auth": False},
    }


def test_images_are_kept_on_this_disk_unless_told():
    storage = printed("settings.STORAGES['default']", MEDIA_STORAGE="", MEDIA_STORAGE_OPTIONS="{}")

    assert ast.literal_eval(storage) == {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {},
    }
