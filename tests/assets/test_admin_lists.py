import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.assets.models import AssetLabel, Push
from tests.assets.full_assets import a_full_popup, a_full_push, names, words
from tests.assets.test_admin import a_form
from tests.factories import a_live_journey, a_popup, a_push, a_site, a_user

PUSHES, ASSETS = "/admin/assets/push/", "/admin/assets/asset/"


class TestSearch:
    @pytest.mark.parametrize(
        "term", ["summer", "HELLO", "until sunday", "zeig", "hallo", "you alone", "vip", '"ll is "']
    )
    @pytest.mark.parametrize("address", [PUSHES, ASSETS])
    def test_it_looks_into_texts_buttons_and_variations_and_finds_each_once(
        self, marketer, address, term
    ):
        site = a_site()
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
        a_push(site, name="A")
        a_push(site, name="B", status="draft")
        a_push(site, name="C", status="archived")

        assert names(marketer.get(PUSHES)) == ["A", "B"]
        assert names(marketer.get(PUSHES, {"status": "archived"})) == ["C"]
        assert names(marketer.get(PUSHES, {"status": "draft"})) == ["B"]
        assert names(marketer.get(PUSHES, {"status": "everything"})) == ["A", "B", "C"]

    def test_it_is_filtered_and_sorted_by_label(self, marketer):
        site = a_site()
        for name, label in (("A", "Winter"), ("B", "Autumn"), ("C", "Winter")):
            label, _ = AssetLabel.objects.get_or_create(site=site, name=label)
            a_popup(site, name=name).labels.add(label)

        filtered = marketer.get(ASSETS, {"label": "Winter"})
        ordered = marketer.get("/admin/assets/popup/", {"o": "5.1", "label": "Winter"})

        assert names(filtered) == ["A", "C"]
        assert [row.name for row in ordered.context["cl"].result_list] == ["A", "C"]
        everything = marketer.get("/admin/assets/popup/", {"o": "-5"}).context["cl"].result_list
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
        assert "Upload your first image" in words(marketer.get("/admin/assets/image/"))

    @pytest.mark.parametrize("address", [PUSHES, ASSETS])
    def test_it_names_the_site_where_there_are_several(self, marketer, address):
        site = a_site(name="Shop")

        assert "site" not in marketer.get(address).context["cl"].list_display
        a_push(a_site(name="Other shop"))
        assert "site" in marketer.get(address).context["cl"].list_display
        assert site.name in words(marketer.get(address))

    def test_it_shows_a_title_without_its_conditions(self, marketer):
        a_push(name="Hello", title="Hi{% if state.name %}, {{ state.name }}{% endif %}!")

        assert "Hi, {{ state.name }}!" in words(marketer.get(PUSHES))

    def test_its_filters_are_opened_by_a_button(self, marketer):
        a_push()

        assert (
            '<button type="button" class="opens-filters"' in marketer.get(PUSHES).content.decode()
        )

    def test_creating_says_what_each_kind_is(self, marketer):
        page = words(marketer.get(f"{ASSETS}add/"))

        assert "Push What a browser shows as a notification" in page
        assert "Popup A dialog on your own pages" in page


class TestSiteOfAnAsset:
    def test_without_a_site_it_leads_to_the_first(self, client, db):
        client.force_login(a_user(is_superuser=True))

        page = client.get(f"{PUSHES}add/").content.decode()

        assert (
            'There is no site yet. <a class="text-link" href="/admin/accounts/site/add/">' in page
        )
        assert page.index('id="id_site"') < page.index('id="id_title"')

    def test_who_may_not_create_one_is_told_who_can(self, client, db):
        client.force_login(a_user("Marketer"))
        boss = a_user(is_superuser=True)

        page = client.get(f"{PUSHES}add/").content.decode()

        assert f"There is no site yet. Who can create one: {boss.username}." in page
        assert 'href="/admin/accounts/site/add/">Create the first one' not in page

    def test_beside_the_choice_no_site_is_made_or_changed(self, client, db):
        client.force_login(a_user(is_superuser=True))
        a_site()
        a_site()

        page = client.get(f"{PUSHES}add/").content.decode()

        assert 'id="id_site"' in page
        assert 'id="add_id_site"' not in page
        assert 'id="change_id_site"' not in page


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

    def test_one_of_another_site_is_refused_at_the_field(self, client, db):
        user = a_user()
        user.user_permissions.set(permissions("change_push", "view_push", "view_assetlabel"))
        client.force_login(user)
        push = a_push(a_site(), name="Summer sale")
        AssetLabel.objects.create(site=a_site(), name="Salt")
        form = {**a_form(push.site), "labels": ["Salt"]}

        page = client.post(f"{PUSHES}{push.pk}/change/", form).context["adminform"].form

        assert page.errors == {
            "labels": ["This site has no label “Salt”, and you may not make new ones."]
        }
        assert page["labels"].value() == ["Salt"]
        assert not push.labels.exists()

    def test_only_the_sites_own_are_offered(self, marketer):
        site, other = a_site(), a_site()
        AssetLabel.objects.create(site=site, name="Sale")
        AssetLabel.objects.create(site=other, name="Salt")

        def offered(**asked):
            answer = marketer.get("/admin/assets/assetlabel/choices/", asked)
            return [found["text"] for found in answer.json()["results"]]

        assert offered(site=site.pk, term="sa") == ["Sale"]
        assert offered(site="", term="sa") == offered(site="x\x00", term="\x00") == []

    def test_labels_are_found_below_the_assets(self, marketer):
        page = marketer.get("/admin/assets/assetlabel/")

        assert [row["title"] for row in page.context["trail"]] == ["Marketing", "Assets", "Labels"]
        tabs = page.context["tab_list"][0]["items"]
        assert [tab["title"] for tab in tabs][-2:] == ["Images", "Labels"]


def permissions(*names):
    return Permission.objects.filter(codename__in=names, content_type__app_label="assets")
