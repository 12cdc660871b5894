import pytest
from django.urls import reverse

from apps.assets.models import Asset, Button, Popup, Push
from tests.factories import a_live_journey, a_popup, a_push, a_site, a_user

NO_BUTTONS = {"buttons-TOTAL_FORMS": "0", "buttons-INITIAL_FORMS": "0"}


def a_form(site, **changes):
    return {
        "name": "Summer sale",
        "status": "active",
        "site": str(site.pk),
        "title": "20 % off",
        "message": "Until Sunday.",
        "ttl": "3600",
        "urgency": "normal",
        "direction": "auto",
        "data": "{}",
        **NO_BUTTONS,
        **changes,
    }


@pytest.fixture
def marketer(client, db):
    client.force_login(a_user("Marketer"))
    return client


class TestCreatingAPush:
    url = "/admin/assets/push/add/"

    def test_it_stores_the_push_with_its_buttons_in_order(self, marketer):
        site = a_site()
        buttons = {
            "buttons-TOTAL_FORMS": "2",
            "buttons-0-label": "Later",
            "buttons-0-position": "1",
            "buttons-1-label": "Show me",
            "buttons-1-url": "/sale",
            "buttons-1-position": "0",
        }

        answer = marketer.post(self.url, a_form(site, **buttons))

        push = Push.objects.get(name="Summer sale")
        assert answer.url == "/admin/assets/push/"
        assert (push.site, push.title, push.ttl, push.is_active) == (site, "20 % off", 3600, True)
        assert list(push.buttons.values_list("label", "url")) == [
            ("Show me", "/sale"),
            ("Later", ""),
        ]

    def test_it_says_next_to_the_field_what_is_wrong(self, marketer):
        site = a_site()

        answer = marketer.post(self.url, a_form(site, title="{{ visitor.name }}", url="nowhere"))

        assert sorted(answer.context["adminform"].form.errors) == ["title", "url"]
        assert not Push.objects.filter(name="Summer sale").exists()

    @pytest.mark.parametrize("text", ["{{", "{{ state.frist_name }}", "{{ label.bonus }}"])
    def test_it_refuses_tags_that_could_not_be_filled(self, marketer, text):
        answer = marketer.post(self.url, a_form(a_site(), title=text, url=f"/{text}"))

        assert answer.status_code == 200
        assert sorted(answer.context["adminform"].form.errors) == ["title", "url"]
        assert not Push.objects.filter(name="Summer sale").exists()

    def test_it_refuses_a_fourth_button(self, marketer):
        site = a_site()
        buttons = {f"buttons-{n}-label": f"B{n}" for n in range(4)}
        positions = {f"buttons-{n}-position": str(n) for n in range(4)}

        marketer.post(
            self.url, a_form(site, **buttons, **positions, **{"buttons-TOTAL_FORMS": "4"})
        )

        assert not Push.objects.filter(name="Summer sale").exists()

    def test_it_chooses_the_only_site(self, marketer):
        site = a_site()

        page = marketer.get(self.url)

        assert page.context["adminform"].form.initial["site"] == site.pk

    def test_it_leaves_the_choice_between_two_sites(self, marketer):
        a_site()
        a_site()

        page = marketer.get(self.url)

        assert "site" not in page.context["adminform"].form.initial


class TestCreatingAPopup:
    def test_it_asks_for_what_a_button_does(self, marketer):
        form = {
            "name": "News",
            "status": "active",
            "site": str(a_site().pk),
            "title": "News",
            "layout": "box",
            "close_label": "Close",
            "direction": "auto",
            "position": "center",
            "delay": "0",
            "wait_hours": "72",
            "buttons-TOTAL_FORMS": "2",
            "buttons-INITIAL_FORMS": "0",
            "buttons-0-label": "Open",
            "buttons-0-action": "open",
            "buttons-0-position": "0",
            "buttons-1-label": "Count",
            "buttons-1-action": "track",
            "buttons-1-position": "1",
        }

        answer = marketer.post("/admin/assets/popup/add/", form)

        formset = answer.context["inline_admin_formsets"][0].formset
        assert [list(errors) for errors in formset.errors] == [["url"], ["event"]]
        assert not Popup.objects.filter(name="News").exists()


class TestAssetList:
    def test_it_offers_the_kinds_in_our_order(self, marketer):
        page = marketer.get("/admin/assets/asset/add/")

        choices = page.context["adminform"].form.fields["ct_id"].choices
        assert [name for _, name in choices] == ["push", "popup"]

    def test_it_leads_to_the_page_of_the_kind(self, marketer):
        push = a_push()

        answer = marketer.get(f"/admin/assets/asset/{push.pk}/change/?_changelist_filters=x%3D1")

        assert answer.url == f"/admin/assets/push/{push.pk}/change/"

    def test_it_says_create(self, marketer):
        page = marketer.get("/admin/assets/push/")

        assert '<span class="material-symbols-outlined" aria-hidden="true">add</span>Create' in (
            page.content.decode()
        )

    def test_it_deletes_several_kinds_and_leaves_no_orphans(self, marketer):
        site = a_site()
        push, popup = a_push(site), a_popup(site)
        Button.objects.create(asset=push, label="Yes")
        before = Asset.objects.non_polymorphic().count()

        marketer.post(
            "/admin/assets/asset/",
            {"action": "delete_selected", "_selected_action": [push.pk, popup.pk], "post": "yes"},
        )

        assert Asset.objects.non_polymorphic().count() == before - 2
        assert not Push.objects.filter(pk=push.pk).exists()
        assert not Button.objects.filter(label="Yes").exists()


class TestDeletingWhatIsInUse:
    def test_it_explains_and_deletes_nothing(self, marketer):
        step = a_live_journey().steps.last()

        page = marketer.post(
            reverse("admin:assets_push_delete", args=[step.push_id]), {"post": "yes"}
        )

        assert page.status_code == 200
        assert "It is in use, so it cannot be deleted" in page.content.decode()
        assert [str(reason) for reason in page.context["protected"]] == [
            "“Welcome” is used by 1 × step of a journey: Welcome in “Ask for push permission”"
        ]
        assert Push.objects.filter(pk=step.push_id).exists()
