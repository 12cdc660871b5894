"""What depends on the environment in which the product starts."""

import ast
import os
import subprocess
import sys

import environ
import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from config.public_url import public_url

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


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("", ""),
        ("https://push.example.com", "https://push.example.com"),
        ("https://push.example.com/", "https://push.example.com"),
        (" https://example.com/push/ ", "https://example.com/push"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("https://[2001:db8::1]:8443/", "https://[2001:db8::1]:8443"),
    ],
)
def test_the_public_address_has_no_slash_at_its_end(monkeypatch, written, meant):
    monkeypatch.setenv("PUBLIC_URL", written)

    assert public_url(environ.Env()) == meant


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("push.example.com", "it has to begin with https:// or http:// and a name"),
        ("//push.example.com", "it has to begin with"),
        ("ftp://push.example.com", "it has to begin with"),
        ("https://", "it has to begin with"),
        ("https:///push", "it has to begin with"),
        ("javascript:alert(1)", "it has to begin with"),
        ("https://push.example.com:x", "it is no address"),
        ("https://[::1", "it is no address"),
        ("https://me:secret@push.example.com", "before @"),
        ("https://push.example.com/?a=1", "nothing may come after its path"),
        ("https://push.example.com/#a", "nothing may come after its path"),
        ("https://push.example.com/?", "nothing may come after its path"),
        ("https://push example.com", "a character that no address has"),
        ('https://push.example.com/"', "a character that no address has"),
        ("https://püsh.example.com", "a character that no address has"),
    ],
)
def test_what_is_no_public_address_stops_the_start_with_the_reason(monkeypatch, written, reason):
    monkeypatch.setenv("PUBLIC_URL", written)

    with pytest.raises(ImproperlyConfigured, match=reason):
        public_url(environ.Env())


def test_the_public_address_comes_from_the_environment():
    assert printed("settings.PUBLIC_URL", PUBLIC_URL="https://x.example/") == "https://x.example"
