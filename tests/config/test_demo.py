"""The demo as one command starts it, and as Ctrl-C ends it."""

import os
import signal
import time
from pathlib import Path

import pytest
import requests

from tests.browser.desk import Desk

pytestmark = pytest.mark.timeout(300)

COUNT = (
    "from apps.accounts.models import *; from apps.journeys.models import *; "
    "print(Contact.objects.count(), Event.objects.count(), Journey.objects.count())"
)


@pytest.fixture(scope="module")
def desk():
    with Desk(push_hosts=[]) as desk:
        yield desk


def wait_until(holds, timeout=30):
    deadline = time.monotonic() + timeout
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)


class TestDemo:
    def test_it_shows_shop_and_back_office(self, desk):
        shop = requests.get(desk.shop, timeout=10).text

        assert 'src="/pushdesk.js" data-site="pk_' in shop
        assert "Fernweh Outfitters" in desk.admin().text("accounts/site/")

    def test_it_prints_where_everything_is(self, desk):
        assert f"{desk.origin}/demo/" in desk.log()
        assert "user demo, password" in desk.log()

    def test_what_it_tells_of_its_people_is_true(self, desk):
        assert (
            desk.run(
                "from django.core.management import call_command; call_command('verify_audience')"
            )
            == "The audience is true."
        )
        seen_before_what_they_did = (
            "from django.db.models import F; from apps.accounts.models import Contact; "
            "print(Contact.objects.filter(events__at__gt=F('last_seen_at')).count())"
        )
        assert desk.run(seen_before_what_they_did) == "0"

    @pytest.mark.parametrize("name", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
    def test_ending_it_leaves_no_process_and_loses_nothing(self, desk, name):
        before = desk.run(COUNT)
        assert desk.processes()

        os.killpg(desk._process.pid, name)

        desk._process.wait(30)
        wait_until(lambda: not desk.processes())
        desk.start()
        assert desk.run(COUNT) == before

    def test_it_says_when_its_port_is_taken(self, desk):
        second = desk.run(
            "import os, subprocess, sys; "
            "done = subprocess.run([sys.executable, 'manage.py', 'demo'], capture_output=True); "
            "print(done.returncode, done.stderr.decode())"
        )

        assert second.startswith("1 ")
        assert f"Port {desk.port} is taken" in second

    def test_a_cluster_that_dies_is_started_again(self, desk):
        (old,) = clusters(desk)

        os.killpg(old, signal.SIGKILL)

        wait_until(lambda: clusters(desk) and clusters(desk) != [old])


def clusters(desk):
    """The first process of each django-q2 cluster of the desk."""
    found = []
    for pid in desk.processes():
        try:
            if os.getpgid(pid) == pid and b"qcluster" in _command(pid):
                found.append(pid)
        except ProcessLookupError:
            continue
    return found


def _command(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
