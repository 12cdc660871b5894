import json
import re

import pytest
from django.contrib.auth.models import Permission

from apps.accounts.models import AuditEntry
from apps.assets.models import AssetLabel, Popup, Push
from apps.journeys.models import PushStep
from tests.assets.full_assets import (
    a_full_popup,
    a_full_push,
    act,
    words,
)
from tests.assets.test_admin import a_form
from tests.factories import a_live_journey, a_popup, a_push, a_site, a_user

PUSHES, ASSETS = "/admin/assets/push/", "/admin/assets/asset/"


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

    def test_who_may_not_make_labels_gives_none_that_a_site_does_not_have(self, client, db):
        user = a_user("Marketer")
        user.groups.get().permissions.remove(Permission.objects.get(codename="add_assetlabel"))
        client.force_login(user)
        push, other = a_push(), a_push()
        for name in ("Sale", "SALE"):
            AssetLabel.objects.create(site=push.site, name=name)

        answer = act(
            client, PUSHES, "label_selected", push, other, _label="Sale", _label_verb="add"
        )

        told = f"“{other.site}” has no label “Sale”, and you may not make new ones."
        assert told in words(answer)
        assert (push.labels.count(), other.labels.count()) == (0, 0)

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

    def test_the_audit_log_says_who_took_which_out(self, analyst):
        site = a_site()
        push, popup = a_push(site, name="Sale"), a_popup(site, name="News")

        act(analyst, ASSETS, "export_selected", push, popup)
        analyst.get(f"{PUSHES}{push.pk}/export_one/")

        one, several = AuditEntry.objects.all()
        assert [(each.action, each.site) for each in (one, several)] == [("exported", site)] * 2
        assert {str(each.user_id) for each in (one, several)} == {analyst.session["_auth_user_id"]}
        assert (several.subject, several.details) == ("2 assets", {"assets": ["News", "Sale"]})
        assert (one.subject, one.details) == ("Asset “Sale”", {"assets": ["Sale"]})

    def test_what_is_too_large_for_a_file_is_said_and_not_audited(self, analyst, monkeypatch):
        push = a_push()
        monkeypatch.setattr("apps.assets.exchange.exporting.MAX_BYTES", 100)

        answer = analyst.get(f"{PUSHES}{push.pk}/export_one/", follow=True)

        assert "choose fewer assets" in words(answer)
        assert not AuditEntry.objects.exists()

    def test_the_page_says_where_it_is_used(self, marketer):
        push = Push.objects.get(site=a_live_journey().site)

        page = words(marketer.get(f"{PUSHES}{push.pk}/change/"))

        assert "live (version 1)" in page


class TestWhatWentMeanwhile:
    @pytest.mark.parametrize("action", ["clone", "activate", "archive", "label", "export"])
    def test_actions_say_that_it_is_not_in_the_list_any_more(self, marketer, action):
        push = a_push(status="archived")

        answer = act(marketer, PUSHES, f"{action}_selected", push)

        assert answer.status_code == 302
        page = marketer.get(PUSHES)
        assert [str(each) for each in page.context["messages"]] == [
            "What you selected is not in this list any more."
        ]
