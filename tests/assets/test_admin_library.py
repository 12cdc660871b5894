import json
import re

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.assets import history, snapshots
from apps.assets.models import Asset, AssetLabel, Popup, Push
from apps.journeys.models import PushStep
from tests.assets.library import a_full_popup, a_full_push
from tests.assets.test_admin import a_form
from tests.factories import a_live_journey, a_popup, a_push, a_site, a_user

PUSHES, ASSETS = "/admin/assets/push/", "/admin/assets/asset/"


@pytest.fixture
def marketer(client, db):
    client.force_login(a_user("Marketer"))
    return client


@pytest.fixture
def analyst(client, db):
    client.force_login(a_user("Analyst"))
    return client


def names(answer):
    return sorted(row.name for row in answer.context["cl"].result_list)


def words(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def act(client, address, action, *assets, **more):
    data = {"action": action, "index": "0", "_selected_action": [asset.pk for asset in assets]}
    return client.post(address, {**data, **more})


class TestSearch:
    @pytest.mark.parametrize(
        "term", ["summer", "HELLO", "until sunday", "zeig", "hallo", "you alone", "vip", '"ll is "']
    )
    @pytest.mark.parametrize("address", [PUSHES, ASSETS])
    def test_it_looks_into_texts_buttons_and_variations_and_finds_each_once(
        self, marketer, address, term
    ):
        site = a_site()
        site.journeys.all().delete()
        Asset.objects.filter(site=site).delete()
        a_full_push(site, "Summer sale", message="All is on sale until Sunday")
        a_push(site, name="Winter", title="Bye")

        found = names(marketer.get(address, {"q": term}))

        assert found == ["Summer sale"]

    def test_it_finds_popups_by_their_text(self, marketer):
        a_full_popup(a_site())

        assert names(marketer.get("/admin/assets/popup/", {"q": "leipzig"})) == ["News"]
        assert names(marketer.get(ASSETS, {"q": "leipzig count"})) == ["News"]
        assert names(marketer.get(ASSETS, {"q": "leipzig nothing"})) == []


class TestList:
    def test_archived_assets_are_out_of_the_way(self, marketer):
        site = a_site()
        Push.objects.all().update(status="archived")
        a_push(site, name="A")
        a_push(site, name="B", status="draft")
        a_push(site, name="C", status="archived")

        assert names(marketer.get(PUSHES)) == ["A", "B"]
        assert names(marketer.get(PUSHES, {"status": "archived"})) == ["C", "Welcome"]
        assert names(marketer.get(PUSHES, {"status": "draft"})) == ["B"]
        assert names(marketer.get(PUSHES, {"status": "everything"})) == ["A", "B", "C", "Welcome"]

    def test_it_is_filtered_and_sorted_by_label(self, marketer):
        site = a_site()
        for name, label in (("A", "Winter"), ("B", "Autumn"), ("C", "Winter")):
            label, _ = AssetLabel.objects.get_or_create(site=site, name=label)
            a_popup(site, name=name).labels.add(label)

        filtered = marketer.get(ASSETS, {"label": "Winter"})
        ordered = marketer.get("/admin/assets/popup/", {"o": "4.1", "label": "Winter"})

        assert names(filtered) == ["A", "C"]
        assert [row.name for row in ordered.context["cl"].result_list] == ["A", "C"]
        everything = marketer.get("/admin/assets/popup/", {"o": "-4"}).context["cl"].result_list
        assert [row.name for row in everything if row.first_label][-1] == "B"

    def test_it_says_who_uses_an_asset(self, marketer):
        a_live_journey()

        assert "1 journey live" in words(marketer.get(PUSHES))

    @pytest.mark.parametrize("address", [PUSHES, ASSETS])
    def test_it_costs_the_same_with_one_row_and_with_three(self, marketer, address):
        site = a_live_journey().site
        a_full_push(site, "A")
        marketer.get(address)
        with CaptureQueriesContext(connection) as one:
            marketer.get(address)
        for name in ("B", "C"):
            push = a_full_push(site, name)
            push.labels.add(AssetLabel.objects.create(site=site, name=name))
            a_live_journey()

        with CaptureQueriesContext(connection) as three:
            marketer.get(address)

        assert len(three) == len(one)

    def test_where_there_is_none_it_invites(self, marketer):
        assert "Create your first push" in words(marketer.get(PUSHES))


class TestLabelsOfAnAsset:
    def test_new_ones_are_made_and_known_ones_are_found(self, marketer):
        site, other = a_site(), a_site()
        AssetLabel.objects.create(site=site, name="Sale")
        AssetLabel.objects.create(site=other, name="News")

        marketer.post(f"{PUSHES}add/", a_form(site, labels=["sale", "News", " Big   one "]))

        push = Push.objects.get(name="Summer sale")
        assert {label.site for label in push.labels.all()} == {site}
        assert sorted(label.name for label in push.labels.all()) == ["Big one", "News", "Sale"]

    def test_they_stay_when_nothing_is_changed_and_go_when_taken_away(self, marketer):
        site = a_site()
        push = a_full_push(site)
        page = f"{PUSHES}{push.pk}/change/"
        form = marketer.get(page).context["adminform"].form

        assert form["labels"].value() == ["Sale"]
        assert '<option value="Sale" selected>Sale</option>' in str(form["labels"])
        marketer.post(page, {**a_form(site), "labels": []})
        assert not push.labels.exists()

    @pytest.mark.parametrize("name", ["x" * 61, "a\u202eb", "a\x00b"])
    def test_a_name_that_is_none_is_refused_at_the_field(self, marketer, name):
        answer = marketer.post(f"{PUSHES}add/", a_form(a_site(), labels=[name]))

        assert list(answer.context["adminform"].form.errors) == ["labels"]
        assert not AssetLabel.objects.exists()

    def test_who_may_not_make_labels_chooses_among_those_there_are(self, client, db):
        user = a_user()
        user.user_permissions.set(permissions("add_push", "view_push", "view_assetlabel"))
        client.force_login(user)
        site = a_site()
        AssetLabel.objects.create(site=site, name="Sale")

        refused = client.post(f"{PUSHES}add/", a_form(site, labels=["New"]))
        client.post(f"{PUSHES}add/", a_form(site, labels=["Sale"]))

        assert list(refused.context["adminform"].form.errors) == ["labels"]
        assert [label.name for label in Push.objects.get(name="Summer sale").labels.all()] == [
            "Sale"
        ]

    def test_only_the_sites_own_are_offered(self, marketer):
        site, other = a_site(), a_site()
        AssetLabel.objects.create(site=site, name="Sale")
        AssetLabel.objects.create(site=other, name="Salt")

        def offered(**asked):
            answer = marketer.get("/admin/assets/assetlabel/choices/", asked)
            return [found["text"] for found in answer.json()["results"]]

        assert offered(site=site.pk, term="sa") == ["Sale"]
        assert offered(site="", term="sa") == offered(site="x\x00", term="\x00") == []

    def test_labels_have_a_page_but_no_place_in_the_sidebar(self, marketer):
        page = marketer.get("/admin/assets/assetlabel/")

        assert page.status_code == 200
        groups = page.context["sidebar_navigation"]
        assert "Labels" not in [row["title"] for group in groups for row in group["items"]]


def permissions(*names):
    return Permission.objects.filter(codename__in=names, content_type__app_label="assets")


class TestActions:
    def test_clone_asks_then_makes_a_draft_and_opens_it(self, marketer):
        push = a_full_push(a_site())
        address = f"{PUSHES}{push.pk}/clone/"

        asked = marketer.get(address)
        assert "A draft named “Summer sale (copy)” is made" in words(asked)
        assert not Push.objects.filter(name="Summer sale (copy)").exists()
        done = marketer.post(address)

        made = Push.objects.get(name="Summer sale (copy)")
        assert done.url == f"{PUSHES}{made.pk}/change/"
        assert made.status == "draft"

    def test_clone_from_the_list_of_all_kinds(self, marketer):
        site = a_site()
        push, popup = a_full_push(site), a_full_popup(site)

        act(marketer, ASSETS, "clone_selected", push, popup)

        assert Push.objects.filter(name="Summer sale (copy)").exists()
        assert Popup.objects.filter(name="News (copy)").exists()

    def test_archiving_what_a_live_journey_sends_asks_first_and_names_it(self, marketer):
        journey = a_live_journey()
        push = Push.objects.get(site=journey.site)
        address = f"{PUSHES}{push.pk}/archive/"

        asked = marketer.get(address)
        assert "Ask for push permission" in words(asked)
        assert "Live journeys stop sending it" in words(asked)
        marketer.post(address)

        push.refresh_from_db()
        assert push.status == "archived"

    @pytest.mark.parametrize("address", [PUSHES, ASSETS])
    def test_what_only_a_published_version_sends_cannot_be_deleted(self, marketer, address):
        journey = a_live_journey()
        push = Push.objects.get(site=journey.site)
        PushStep.objects.update(push=a_push(journey.site))

        asked = act(marketer, address, "delete_selected", push)
        act(marketer, address, "delete_selected", push, post="yes")

        assert "is used by the live journey Ask for push permission" in words(asked)
        assert Push.objects.filter(pk=push.pk).exists()

    def test_archiving_from_the_list_asks_first(self, marketer):
        journey = a_live_journey()
        push = Push.objects.get(site=journey.site)

        asked = act(marketer, PUSHES, "archive_selected", push)
        assert "Live journeys stop sending it" in words(asked)
        push.refresh_from_db()
        assert push.status == "active"
        act(marketer, PUSHES, "archive_selected", push, _confirmed="1")

        push.refresh_from_db()
        assert push.status == "archived"

    def test_saving_another_status_asks_first_too(self, marketer):
        journey = a_live_journey()
        push = Push.objects.get(site=journey.site)
        form = a_form(journey.site, name="Welcome", status="draft")

        asked = marketer.post(f"{PUSHES}{push.pk}/change/", form)
        assert "Live journeys stop sending it" in words(asked)
        marketer.post(f"{PUSHES}{push.pk}/change/", {**form, "_confirmed": "1"})

        push.refresh_from_db()
        assert push.status == "draft"

    def test_activating_says_what_stands_against_it(self, marketer):
        site = a_site()
        good = a_push(site, status="draft")
        bad = a_push(site, status="draft", title="{{ state.unknown }}")

        answer = act(marketer, PUSHES, "activate_selected", good, bad)

        assert [Push.objects.get(pk=push.pk).status for push in (good, bad)] == ["active", "draft"]
        assert "“state.unknown” is not known" in words(marketer.get(answer.url))

    def test_a_label_is_given_to_several_and_taken_away(self, marketer):
        site, other = a_site(), a_site()
        push, popup = a_push(site), a_popup(other)

        asked = act(marketer, ASSETS, "label_selected", push, popup)
        assert asked.status_code == 200
        act(marketer, ASSETS, "label_selected", push, popup, _label="Sale", _label_verb="add")
        assert [row.labels.get().site for row in (push, popup)] == [site, other]
        act(marketer, ASSETS, "label_selected", push, _label="sale", _label_verb="remove")

        assert (push.labels.count(), popup.labels.count()) == (0, 1)
        assert push.revisions.first().snapshot["labels"] == []

    def test_a_label_without_a_name_is_asked_for_again(self, marketer):
        push = a_push()

        answer = act(marketer, PUSHES, "label_selected", push, _label=" ", _label_verb="add")

        assert "This field cannot be blank." in words(answer)
        assert not AssetLabel.objects.exists()

    @pytest.mark.parametrize("verb", ["clone", "archive", "activate"])
    def test_an_analyst_may_not(self, analyst, verb):
        push = a_push(status="draft")

        assert analyst.post(f"{PUSHES}{push.pk}/{verb}/").status_code == 403
        act(analyst, PUSHES, f"{verb}_selected", push)
        assert Push.objects.get(pk=push.pk).status == "draft"
        assert Push.objects.filter(name__endswith="(copy)").count() == 0

    def test_an_analyst_may_export(self, analyst):
        push = a_full_push(a_site())

        answer = act(analyst, PUSHES, "export_selected", push)
        one = analyst.get(f"{PUSHES}{push.pk}/export_one/")

        assert re.fullmatch(
            r'attachment; filename="pushdesk-assets-\d{4}-\d\d-\d\d\.json"',
            answer["Content-Disposition"],
        )
        assert json.loads(answer.content) == json.loads(one.content)
        assert json.loads(answer.content)["assets"][0]["name"] == "Summer sale"

    def test_the_page_says_where_it_is_used(self, marketer):
        push = Push.objects.get(site=a_live_journey().site)

        page = words(marketer.get(f"{PUSHES}{push.pk}/change/"))

        assert "live (version 1)" in page


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
