"""Absolute addresses of the install: as told by PUBLIC_URL, else by who asks."""

import pytest
from django.test import RequestFactory
from django.urls import set_script_prefix

from apps.accounts import addresses

SECURE = {"secure": True, "headers": {"Host": "localhost"}}


@pytest.fixture
def request_():
    return RequestFactory().get("/admin/", **SECURE)


@pytest.fixture
def mounted():
    """A server that has us under a path, which `reverse` knows and storages do not."""
    set_script_prefix("/push/")
    yield
    set_script_prefix("/")


def test_they_are_under_the_name_that_the_request_came_by(request_):
    assert addresses.absolute("/media/a.png", request_) == "https://localhost/media/a.png"


def test_public_url_goes_before_the_request(settings, request_):
    settings.PUBLIC_URL = "https://push.example.com"

    assert addresses.absolute("/media/a.png", request_) == "https://push.example.com/media/a.png"
    assert addresses.absolute("/media/a.png") == "https://push.example.com/media/a.png"


def test_without_either_the_message_says_what_to_set():
    with pytest.raises(addresses.Unknown, match="set PUBLIC_URL, for example PUBLIC_URL=https://"):
        addresses.absolute("/media/a.png")


@pytest.mark.parametrize("path", ["/push/pushdesk.js", "/pushdesk.js"])
def test_the_path_of_public_url_is_there_once(settings, mounted, path):
    settings.PUBLIC_URL = "https://example.com/push"

    assert addresses.absolute(path) == "https://example.com/push/pushdesk.js"


def test_a_path_that_a_proxy_takes_off_is_added(settings):
    settings.PUBLIC_URL = "https://example.com/push"

    assert addresses.absolute("/pushdesk.js") == "https://example.com/push/pushdesk.js"


@pytest.mark.parametrize("public", ["", "https://push.example.com"])
def test_files_of_another_storage_stay_where_they_are(settings, request_, public):
    settings.PUBLIC_URL = public

    for address in ("https://bucket.s3.example/a.png", "//bucket.s3.example/a.png"):
        assert addresses.absolute(address) == "https://bucket.s3.example/a.png"
        assert addresses.absolute(address, request_) == "https://bucket.s3.example/a.png"
