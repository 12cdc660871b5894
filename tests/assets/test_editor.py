import json

import pytest
from django.contrib.auth.models import Permission

from apps.assets.models import LabelTag, Push
from tests.assets.previews.test_drafts import BUTTONS
from tests.assets.test_admin import a_form
from tests.factories import a_contact, a_property, a_push, a_site, a_user

pytestmark = pytest.mark.django_db

PREVIEW = "/admin/assets/push/editor/preview/"
TAGS = "/admin/assets/push/editor/tags/"
CONTACTS = "/admin/assets/push/editor/contacts/"


@pytest.fixture
def marketer(client):
    client.force_login(a_user("Marketer"))
    return client


@pytest.fixture
def site():
    site = a_site()
    a_property(site, "first_name")
    return site


def permission(name):
    app, codename = name.split(".")
    return Permission.objects.get(content_type__app_label=app, codename=codename)


def asked(client, site, **changes):
    answer = client.post(PREVIEW, a_form(site, **changes))
    assert answer.status_code == 200
    return answer.json()


class TestPreview:
    def test_it_shows_the_form_before_it_is_saved(self, marketer, site):
        anna = a_contact(site, external_id="anna-1", state={"first_name": "Anna"}, language="de")
        changes = {"title": "Hi {{ state.first_name }}", "preview-contact": anna.pk, **BUTTONS}

        found = asked(marketer, site, **changes)

        assert found["notification"] == {
            "title": "Hi Anna",
            "body": "Until Sunday.",
            "navigate": "https://shop.example/",
            "lang": "de",
            "actions": [
                {"action": "1", "title": "Show me", "navigate": "https://shop.example/sale"},
                {"action": "2", "title": "Later", "navigate": "https://shop.example/"},
            ],
        }
        assert found["viewer"] == {"id": anna.pk, "name": "anna-1", "about": "Anna · de"}
        assert (found["errors"], found["problem"], found["versions"]) == ({}, "", [])
        assert (found["variation"], found["labels"]) == ("Default content", {})
        assert found["meter"]["words"].endswith("of 3,993 bytes; fits every browser")
        assert not Push.objects.filter(name="Summer sale").exists()

    def test_it_fills_the_values_of_a_made_up_contact(self, marketer, site):
        a_property(site, "price", "number", event="purchase")
        text = "{{ state.first_name }} {{ event.price | times: 2 }} {{ journey.code }}"
        values = {"state": {"first_name": "Eve"}, "event": {"price": "20"}}

        found = asked(
            marketer,
            site,
            title=text,
            **{"preview-values": json.dumps({**values, "journey": {"code": "X"}})},
        )

        assert found["notification"]["title"] == "Eve 40 X"
        assert found["viewer"] == {"id": None, "name": "a made-up contact", "about": ""}

    def test_a_field_in_error_keeps_what_was_good(self, marketer, site):
        good = json.dumps({"title": "Good"})

        found = asked(marketer, site, title="{{ state.frist_name }}", **{"preview-good": good})

        assert found["notification"]["title"] == "Good"
        assert found["errors"] == {
            "title": [
                "“state.frist_name” is not known to this site. Do you mean “state.first_name”? "
                "(line 1, character 4)"
            ]
        }

    def test_a_taken_name_is_said_in_the_words_of_saving(self, marketer, site):
        push = a_push(site, name="Sale")
        other = a_push(site, name="Other")
        words = ["Another asset of this site has this resource name."]

        assert asked(marketer, site, name="Sale")["errors"] == {"name": words}
        assert asked(marketer, site, name="Sale", asset=other.pk)["errors"] == {"name": words}
        assert asked(marketer, site, name="Sale", asset=push.pk)["errors"] == {}

    def test_it_knows_the_variations_and_label_tags_of_a_stored_push(self, marketer, site):
        push = a_push(site)
        german = push.variations.create(
            name="German",
            status="active",
            rule={"field": "language", "op": "is", "value": "de"},
            content={"title": "{{ label.bonus }}"},
        )
        LabelTag.objects.create(site=site, name="bonus", value="20 %")
        contact = a_contact(site, language="de")

        found = asked(marketer, site, asset=push.pk, **{"preview-contact": contact.pk})
        by_hand = asked(marketer, site, asset=push.pk, **{"preview-version": german.pk})

        for each in (found, by_hand):
            assert each["notification"]["title"] == "20 %"
            assert (each["variation"], each["labels"]) == ("German", {"bonus": "20 %"})
            assert each["versions"] == [{"id": german.pk, "name": "German"}]
        push.refresh_from_db()
        assert push.title == "Hello"

    def test_the_lengths_are_those_of_what_is_written_whichever_content_is_shown(
        self, marketer, site
    ):
        push = a_push(site)
        german = {"field": "language", "op": "is", "value": "de"}
        push.variations.create(
            name="German", status="active", rule=german, content={"title": "Guten Tag"}
        )
        greta = a_contact(site, language="de", state={"first_name": "Greta"})
        as_greta = {"asset": push.pk, "preview-contact": greta.pk}

        found = asked(marketer, site, title="Hi {{ state.first_name }}", message=" ö ", **as_greta)
        wrong = asked(marketer, site, title="Hello {{", **as_greta)

        assert found["notification"]["title"] == "Guten Tag"
        assert found["lengths"] == {"title": len("Hi Greta"), "message": 1, "replace_key": 0}
        # Of a text in error nobody knows what it will be.
        assert sorted(wrong["lengths"]) == ["message", "replace_key"]

    def test_a_text_that_becomes_nothing_has_no_length_whatever_stands_in(self, marketer, site):
        nameless = {"preview-contact": a_contact(site).pk}

        found = asked(marketer, site, title="{{ state.first_name }}", **nameless)

        assert (found["notification"]["title"], found["lengths"]["title"]) == (site.name, 0)

    def test_without_a_site_it_asks_for_one(self, marketer, site):
        answer = marketer.post(PREVIEW, {**a_form(site), "site": ""})

        assert answer.json() == {
            "errors": {},
            "problem": "Choose the site first: it decides what can be shown.",
        }

    def test_a_contact_that_is_not_of_the_site_is_not_there(self, marketer, site):
        elsewhere = a_contact(a_site(), external_id="anna-1")

        found = asked(marketer, site, **{"preview-contact": elsewhere.pk})

        assert found["problem"] == "This contact is not there any more: choose another one."
        assert "anna-1" not in str(found)

    def test_it_says_what_cannot_be_filled(self, marketer, site):
        contact = a_contact(site, state={"first_name": "x" * 15_000})

        found = asked(
            marketer,
            site,
            title="{{ state.first_name }}{{ state.first_name }}",
            **{"preview-contact": contact.pk},
        )

        assert found["problem"].startswith("The texts cannot be filled for this contact: ")
        assert "notification" not in found

    @pytest.mark.parametrize("field", ["preview-values", "preview-good"])
    @pytest.mark.parametrize("text", ["{", "[]", "[" * 50_000])
    def test_what_is_not_readable_is_refused(self, marketer, site, field, text):
        answer = marketer.post(PREVIEW, {**a_form(site), field: text})

        assert answer.status_code == 400

    @pytest.mark.parametrize("asset", ["0", "x", "9" * 30])
    def test_a_push_that_is_not_there_is_refused(self, marketer, site, asset):
        answer = marketer.post(PREVIEW, {**a_form(site), "asset": asset})

        assert (answer.status_code, answer.json()) == (404, {"message": "There is no such push."})

    def test_a_form_that_is_too_long_is_refused(self, marketer, site):
        answer = marketer.post(PREVIEW, a_form(site, message="x" * 300_000))

        assert (answer.status_code, answer.json()["message"]) == (413, "This form is too long.")

    def test_it_costs_the_same_whatever_the_push_has(
        self, marketer, site, django_assert_num_queries
    ):
        contact = a_contact(site, language="de")
        push = a_push(site)

        def add(number):
            name = f"label_{number}"
            tag = LabelTag.objects.create(site=site, name=name, value="x")
            rule = {"field": "language", "op": "is", "value": "de"}
            tag.values.create(rule=rule, value="y")
            push.variations.create(
                name=name, status="active", rule=rule, content={"title": f"{{{{ label.{name} }}}}"}
            )

        def ask():
            return asked(marketer, site, asset=push.pk, **{"preview-contact": contact.pk})

        add(1)
        with django_assert_num_queries(22):
            assert ask()["notification"]["title"] == "y"
        add(2)
        add(3)
        with django_assert_num_queries(22):
            ask()


class TestAccess:
    def test_who_may_only_look_sees_the_push_as_it_is(self, client, site):
        client.force_login(a_user("Analyst"))
        push = a_push(site, title="Stored")

        answer = client.post(PREVIEW, {"asset": push.pk, "preview-stored": "yes"})

        assert answer.json()["notification"]["title"] == "Stored"
        assert client.get(f"{TAGS}?site={site.pk}").status_code == 200
        page = client.get(f"/admin/assets/push/{push.pk}/change/").content.decode()
        assert 'data-stored="yes"' in page

    def test_who_may_not_see_pushes_gets_nothing(self, client, site):
        client.force_login(a_user())

        assert client.post(PREVIEW, a_form(site)).status_code == 403
        assert client.get(f"{TAGS}?site={site.pk}").status_code == 403
        assert client.get(f"{CONTACTS}?site={site.pk}").status_code == 403

    def test_who_may_not_see_contacts_sees_no_word_of_them(self, client, site):
        user = a_user()
        user.user_permissions.add(permission("assets.view_push"))
        client.force_login(user)
        anna = a_contact(site, external_id="anna-1", state={"first_name": "Anna"})

        assert client.get(f"{CONTACTS}?site={site.pk}").status_code == 403
        tags = client.get(f"{TAGS}?site={site.pk}").content.decode()
        assert "first_name" in tags
        assert "Anna" not in tags
        chosen = client.post(PREVIEW, {**a_form(site), "preview-contact": anna.pk})
        assert chosen.status_code == 403
        assert client.post(PREVIEW, a_form(site)).status_code == 200


class TestContacts:
    def test_it_finds_them_and_offers_the_newest(self, marketer, site):
        anna = a_contact(site, external_id="anna-1", state={"city": "Berlin"})
        ben = a_contact(site, external_id="ben-1")

        newest = marketer.get(f"{CONTACTS}?site={site.pk}").json()
        found = marketer.get(f"{CONTACTS}?site={site.pk}&q=berlin").json()

        of_anna = {"id": anna.pk, "name": "anna-1", "about": "Berlin"}
        assert newest == {"contacts": [{"id": ben.pk, "name": "ben-1", "about": ""}, of_anna]}
        assert found == {"contacts": [of_anna]}

    @pytest.mark.parametrize("site_id", ["", "0", "x", "9" * 30, "\x00"])
    def test_a_site_that_is_not_there_is_refused(self, marketer, site_id):
        answer = marketer.get(CONTACTS, {"site": site_id})

        assert (answer.status_code, answer.json()) == (404, {"message": "There is no such site."})


class TestPage:
    def test_it_is_in_the_order_in_which_one_thinks(self, marketer, site):
        page = marketer.get("/admin/assets/push/add/").content.decode()

        ids = ["name", "title", "message", "url", "image", "icon", "buttons-TOTAL_FORMS", "badge"]
        places = [page.index(f'id="id_{name}"') for name in [*ids, "ttl_0", "status", "site"]]
        assert places == sorted(places)
        assert "Message (optional)" in page

    def test_with_several_sites_the_site_comes_early(self, marketer, site):
        a_site()

        page = marketer.get("/admin/assets/push/add/").content.decode()

        assert page.index('id="id_name"') < page.index('id="id_site"') < page.index('id="id_title"')

    def test_it_stores_the_time_to_live_in_seconds(self, marketer, site):
        form = {name: value for name, value in a_form(site).items() if name != "ttl"}

        marketer.post("/admin/assets/push/add/", {**form, "ttl_0": "2", "ttl_1": "days"})

        assert Push.objects.get(name="Summer sale").ttl == 172_800
