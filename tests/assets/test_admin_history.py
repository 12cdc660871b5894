import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.assets import snapshots
from apps.assets.library import history
from apps.assets.models import Push
from tests.assets.full_assets import words
from tests.assets.test_admin import a_form
from tests.factories import a_push, a_site, a_user

PUSHES, ASSETS = "/admin/assets/push/", "/admin/assets/asset/"


class TestHistory:
    @pytest.fixture
    def push(self, marketer):
        site = a_site()
        marketer.post(f"{PUSHES}add/", a_form(site))
        return Push.objects.get(name="Summer sale")

    def save(self, client, push, **changes):
        client.post(f"{PUSHES}{push.pk}/change/", a_form(push.site, **changes))

    def test_each_save_that_changes_something_is_a_revision(self, marketer, push):
        self.save(marketer, push)
        self.save(marketer, push, message="Until Monday.")
        buttons = {"buttons-TOTAL_FORMS": "1", "buttons-0-label": "Go", "buttons-0-position": "0"}
        self.save(marketer, push, message="Until Monday.", **buttons)

        assert list(push.revisions.values_list("number", "note")) == [
            (3, ""),
            (2, ""),
            (1, "Created"),
        ]
        page = marketer.get(f"{PUSHES}{push.pk}/history/").content.decode()
        assert "Until <del>Sunday</del><ins>Monday</ins>." in page
        assert "<ins>Go</ins>" in page

    def test_what_was_there_before_the_first_save_is_kept(self, marketer):
        push = a_push(title="Before")

        self.save(marketer, push, name=push.name)

        assert [each.snapshot["content"]["title"] for each in push.revisions.all()] == [
            "20 % off",
            "Before",
        ]

    def test_any_two_are_compared(self, marketer, push):
        for message in ("One", "Two", "Three"):
            self.save(marketer, push, message=message)

        page = marketer.get(f"{PUSHES}{push.pk}/history/", {"old": "4", "new": "2"})

        assert "<del>One</del>" in page.content.decode()
        assert "<ins>Three</ins>" in page.content.decode()
        missing = marketer.get(f"{PUSHES}{push.pk}/history/", {"old": "4", "new": "99"})
        assert missing.status_code == 404

    def test_restoring_asks_first_and_says_what_will_change(self, marketer, push):
        self.save(marketer, push, message="Other words", status="draft")
        address = f"{PUSHES}{push.pk}/history/1/restore/"

        asked = marketer.get(address)
        assert "<del>Other words</del>" in asked.content.decode()
        assert Push.objects.get(pk=push.pk).message == "Other words"
        marketer.post(address)

        now = Push.objects.get(pk=push.pk)
        assert (now.message, now.status) == ("Until Sunday.", "draft")

    def test_what_cannot_be_restored_says_why(self, marketer, push):
        self.save(marketer, push, name="Renamed")
        a_push(push.site, name="Summer sale")
        before = snapshots.write(Push.objects.get(pk=push.pk))

        asked = marketer.get(f"{PUSHES}{push.pk}/history/1/restore/")
        answer = marketer.post(f"{PUSHES}{push.pk}/history/1/restore/")

        for page in (asked, answer):
            assert "Name: Another asset has it now." in words(page)
        assert snapshots.write(Push.objects.get(pk=push.pk)) == before

    def test_an_analyst_looks_and_may_not_restore(self, client, marketer, push):
        self.save(marketer, push, message="Other words")
        client.force_login(a_user("Analyst"))

        page = client.get(f"{PUSHES}{push.pk}/history/")

        assert page.status_code == 200
        assert "/restore/" not in page.content.decode()
        assert client.post(f"{PUSHES}{push.pk}/history/1/restore/").status_code == 403
        assert Push.objects.get(pk=push.pk).message == "Other words"

    def test_it_costs_the_same_with_one_revision_and_with_three(self, marketer, push):
        marketer.get(f"{PUSHES}{push.pk}/history/")
        with CaptureQueriesContext(connection) as one:
            marketer.get(f"{PUSHES}{push.pk}/history/")
        for message in ("One", "Two"):
            self.save(marketer, push, message=message)

        with CaptureQueriesContext(connection) as three:
            marketer.get(f"{PUSHES}{push.pk}/history/")

        assert len(three) == len(one)

    def test_many_come_page_by_page(self, marketer, push):
        for number in range(25):
            Push.objects.filter(pk=push.pk).update(message=f"Number {number}")
            history.record(push, None)

        first = marketer.get(f"{PUSHES}{push.pk}/history/")
        last = marketer.get(f"{PUSHES}{push.pk}/history/", {"page": "2"})

        assert [len(page.context["entries"]) for page in (first, last)] == [20, 6]
        assert first.context["entries"][-1][1] != []
        assert last.context["entries"][-1][1] is None

    def test_the_same_page_opens_from_the_list_of_all_kinds(self, marketer, push):
        answer = marketer.get(f"{ASSETS}{push.pk}/history/")

        assert answer.url == f"{PUSHES}{push.pk}/history/"
