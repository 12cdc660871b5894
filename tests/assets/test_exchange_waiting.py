"""A file between the page that shows what it would do and the one that does it."""

import os
from datetime import timedelta

import pytest
from django.core import signing
from django.core.files.base import ContentFile
from django.utils import timezone

from apps.assets import tasks
from apps.assets.exchange import waiting
from tests.factories import a_user

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def keep(user, content=b"{}"):
    return waiting.keep(content, user, file_name="a.json", site=7, keeps_status=True)


def later(monkeypatch, storage, age):
    """Make all that waits as old as that."""
    modified = timezone.now() - age
    monkeypatch.setattr(type(storage), "get_modified_time", lambda self, name: modified)


def names(storage):
    try:
        return storage.listdir(waiting.FOLDER)[1]
    except FileNotFoundError:
        return []


def test_it_is_found_by_its_token_with_what_was_shown(any_storage):
    user = a_user()

    found, content = waiting.find(keep(user, b'{"a": 1}'), user)

    assert (found.file_name, found.site, found.keeps_status) == ("a.json", 7, True)
    assert content == b'{"a": 1}'


def test_its_name_says_nothing_and_is_another_each_time(any_storage):
    user = a_user()
    keep(user)
    keep(user)

    assert len({len(name) for name in names(any_storage)}) == 1
    assert len(names(any_storage)) == 2


def test_a_forgotten_file_is_gone(any_storage):
    user = a_user()
    token = keep(user)
    found, _ = waiting.find(token, user)
    waiting.forget(found)
    waiting.forget(found)

    with pytest.raises(waiting.Gone, match="imported already"):
        waiting.find(token, user)
    assert names(any_storage) == []


def test_it_is_nobody_elses(any_storage):
    token = keep(a_user())

    with pytest.raises(waiting.Gone, match="Somebody else has uploaded this file"):
        waiting.find(token, a_user())


@pytest.mark.parametrize("token", ["", "x", "a:b:c", "é", "\0", "x" * 100_000])
def test_a_token_that_we_did_not_make_is_refused(any_storage, token):
    with pytest.raises(waiting.Gone, match="not what the page before has sent"):
        waiting.find(token, a_user())


def test_a_token_that_was_made_for_something_else_is_refused(any_storage):
    token = signing.dumps({"stored": "imports/people.csv"}, salt="something else")

    with pytest.raises(waiting.Gone, match="not what the page before has sent"):
        waiting.find(token, a_user())


def test_after_twelve_hours_it_is_too_late(any_storage, monkeypatch):
    user = a_user()
    token = keep(user)
    now = signing.time.time()
    monkeypatch.setattr(signing.time, "time", lambda: now + 12 * 3_600 + 2)

    with pytest.raises(waiting.Gone, match="longer than 12 hours"):
        waiting.find(token, user)


def test_another_content_under_its_name_is_refused(any_storage):
    user = a_user()
    token = keep(user)
    name = f"{waiting.FOLDER}{names(any_storage)[0]}"
    any_storage.delete(name)
    any_storage.save(name, ContentFile(b'{"other": 1}'))

    with pytest.raises(waiting.Gone, match="not the one that was shown"):
        waiting.find(token, user)


def test_what_nobody_goes_on_with_goes_when_another_file_comes(any_storage, monkeypatch):
    user = a_user()
    keep(user)
    later(monkeypatch, any_storage, waiting.KEPT + MINUTE)

    token = keep(user)

    assert len(names(any_storage)) == 1
    assert waiting.find(token, user)[1] == b"{}"


def test_the_house_removes_it_every_night_and_keeps_what_is_younger(any_storage, monkeypatch):
    keep(a_user())
    later(monkeypatch, any_storage, waiting.KEPT - MINUTE)
    assert tasks.sweep_files() == 0
    later(monkeypatch, any_storage, waiting.KEPT + MINUTE)
    assert tasks.sweep_files() == 1

    assert names(any_storage) == []
    assert tasks.sweep_files() == 0


def test_before_anything_has_waited_there_is_nothing_to_remove(any_storage):
    assert tasks.sweep_files() == 0


def test_on_a_disk_age_is_that_of_the_file(waiting_files):
    keep(a_user())
    [path] = waiting_files()
    old = (timezone.now() - waiting.KEPT - MINUTE).timestamp()
    os.utime(path, (old, old))

    assert tasks.sweep_files() == 1
    assert waiting_files() == []
