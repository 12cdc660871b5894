from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_q.models import OrmQ

from apps.assets import links, tasks
from apps.assets.links import asking, draining
from apps.assets.models import CheckedAddress
from tests.factories import a_site

pytestmark = pytest.mark.django_db

HTML = {"Content-Type": "text/html"}


def rows():
    return list(CheckedAddress.objects.order_by("pk").values_list("address", "verdict"))


def ago(**time):
    return timezone.now() - timedelta(**time)


def change(**values):
    CheckedAddress.objects.update(**values)


class TestAsk:
    def test_an_address_waits_once(self):
        site, other = a_site(), a_site()

        for owner in (site, site, other):
            links.ask(owner, ["https://shop.example/a", "https://shop.example/a"])

        assert rows() == [("https://shop.example/a", "waiting")] * 2
        assert CheckedAddress.objects.filter(site=site).count() == 1

    def test_it_returns_what_is_known(self):
        site = a_site()
        links.ask(site, ["https://shop.example/a"])
        change(verdict="found", checked_at=ago(days=1))

        known = links.ask(site, ["https://shop.example/a", "https://shop.example/b"])

        assert {address: row.verdict for address, row in known.items()} == {
            "https://shop.example/a": "found",
            "https://shop.example/b": "waiting",
        }

    def test_it_wakes_a_worker_only_for_what_is_new(self, django_capture_on_commit_callbacks):
        site = a_site()
        for _ in range(2):
            with django_capture_on_commit_callbacks(execute=True):
                links.ask(site, ["https://shop.example/a"])
            CheckedAddress.objects.update(verdict="found", checked_at=timezone.now())

        assert OrmQ.objects.count() == 1

    def test_who_types_cannot_make_a_thousand_wait(self, monkeypatch):
        monkeypatch.setattr(asking, "MOST_WAITING", 3)
        site = a_site()

        for number in range(5):
            links.ask(site, [f"https://shop.example/{number}"])

        assert len(rows()) == 3

    def test_it_takes_so_many_at_once_and_none_that_is_too_long(self, monkeypatch):
        monkeypatch.setattr(asking, "MOST_AT_ONCE", 2)
        long = f"https://shop.example/{'a' * 2000}"

        links.ask(a_site(), [long, *(f"https://shop.example/{number}" for number in range(3))])

        assert [address for address, _ in rows()] == [
            "https://shop.example/0",
            "https://shop.example/1",
        ]

    def test_what_was_broken_is_looked_at_again_when_somebody_asks(self):
        site = a_site()
        links.ask(site, ["https://shop.example/a"])
        change(verdict="broken", checked_at=ago(minutes=11))

        links.ask(site, ["https://shop.example/a"])

        assert list(links.due().values_list("verdict", flat=True)) == ["broken"]

    def test_asking_keeps_it_from_being_removed(self):
        site = a_site()
        links.ask(site, ["https://shop.example/a", "https://shop.example/b"])
        change(asked_at=ago(days=91), checked_at=ago(days=1), verdict="found")

        links.ask(site, ["https://shop.example/a"])
        call_command("clean")

        assert rows() == [("https://shop.example/a", "found")]

    def test_the_queries_do_not_grow_with_the_addresses(self):
        site = a_site()
        counts = []
        for number in (1, 3):
            with CaptureQueriesContext(connection) as captured:
                links.ask(site, [f"https://shop.example/{number}/{n}" for n in range(number)])
            counts.append(len(captured))

        assert counts[0] == counts[1]


class TestDue:
    @pytest.mark.parametrize(
        ("verdict", "checked_at", "is_due"),
        [
            ("waiting", None, True),
            ("waiting", {"minutes": 1}, False),
            ("waiting", {"minutes": 6}, True),
            ("found", {"days": 6}, False),
            ("found", {"days": 8}, True),
            ("broken", {"days": 8}, True),
            ("not_checked", {"days": 8}, True),
        ],
    )
    def test_it_is_what_was_not_looked_at_for_a_week(self, verdict, checked_at, is_due):
        links.ask(a_site(), ["https://shop.example/a"])
        change(verdict=verdict, checked_at=ago(**checked_at) if checked_at else None)

        assert links.due().exists() is is_due


class TestDrain:
    def test_it_looks_at_what_waits_and_writes_it_down(self, web):
        web.pages["/a"] = 200, HTML, b"here"
        site = a_site()
        links.ask(site, [f"{web.origin}/a", f"{web.origin}/b", "http://10.0.0.1/"])

        assert tasks.check_addresses() == 3

        assert [verdict for _, verdict in rows()] == ["found", "broken", "not_checked"]
        found, broken, private = CheckedAddress.objects.order_by("pk")
        assert (found.content_type, found.size, found.problem) == ("text/html", 4, "")
        assert broken.problem == "It answers with status 404."
        assert private.problem == "It is a private address, which only your own network reaches."
        assert not links.due().exists()

    def test_it_looks_at_nothing_twice(self, web):
        links.ask(a_site(), [f"{web.origin}/a"])

        assert [tasks.check_addresses(), tasks.check_addresses()] == [1, 0]

    def test_of_one_host_only_a_few_are_looked_at_together(self):
        site = a_site()
        links.ask(site, [f"https://shop.example/{number}" for number in range(5)])
        links.ask(site, ["https://other.example/"])

        claimed = draining.claim()

        assert [row.address for row in claimed] == [
            *(f"https://shop.example/{number}" for number in range(3)),
            "https://other.example/",
        ]
        assert len(draining.claim()) == 2

    def test_without_time_it_leaves_all_for_later(self, web):
        links.ask(a_site(), [f"{web.origin}/a"])

        assert links.drain(seconds=5) == 0
        assert web.asked == []
        assert links.due().count() == 1
