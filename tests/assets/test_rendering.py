import pytest

from apps.assets import models as assets
from apps.assets import rendering
from tests.factories import a_contact, a_popup, a_push, a_site

pytestmark = pytest.mark.django_db


def context_of(contact, **more):
    return rendering.context_for(contact, rendering.Labels.of(contact.site), more)


class TestContextFor:
    def test_it_offers_core_state_and_the_sites_own(self):
        contact = a_contact(external_id="anna", language="de", state={"vip": True})

        state = context_of(contact)["state"]

        assert (state["external_id"], state["language"], state["vip"]) == ("anna", "de", True)

    def test_it_fills_tags_inside_labels(self):
        contact = a_contact(state={"first_name": "Anna"})
        assets.LabelTag.objects.create(
            site=contact.site, name="hello", value="Hi {{ state.first_name }}"
        )

        assert context_of(contact)["label"] == {"hello": "Hi Anna"}


class TestPush:
    def test_it_is_a_declarative_notification_without_empty_members(self):
        site = a_site(home="https://shop.example/", default_language="fr")
        push = a_push(site, title="Hello")

        notification = rendering.push(push, site, context_of(a_contact(site)))

        assert notification == {
            "title": "Hello",
            "navigate": "https://shop.example/",
            "lang": "fr",
        }

    def test_it_fills_texts_addresses_and_buttons(self):
        site = a_site(icon="https://shop.example/icon.png")
        push = a_push(
            site,
            title="Hi {{ state.first_name }}",
            message="{{ event.product }} is back",
            url="/p/{{ event.slug }}",
            image="https://cdn.example/{{ event.slug }}.jpg",
            stay_on_screen=True,
        )
        assets.Button.objects.create(asset=push, label="Buy {{ event.product }}", url="/buy")
        contact = a_contact(site, state={"first_name": "Anna"}, language="de")

        notification = rendering.push(
            push, site, context_of(contact, event={"product": "Tent", "slug": "tent"})
        )

        assert notification == {
            "title": "Hi Anna",
            "body": "Tent is back",
            "navigate": "https://shop.example/p/tent",
            "lang": "de",
            "icon": "https://shop.example/icon.png",
            "image": "https://cdn.example/tent.jpg",
            "requireInteraction": True,
            "actions": [
                {"action": "1", "title": "Buy Tent", "navigate": "https://shop.example/buy"}
            ],
        }

    @pytest.mark.parametrize(
        "link", ["javascript:alert(1)", "data:text/html,x", "https://[broken", ""]
    )
    def test_it_leads_home_when_a_tag_brings_no_web_address(self, link):
        site = a_site()
        push = a_push(site, url="{{ event.link }}")

        notification = rendering.push(push, site, context_of(a_contact(site), event={"link": link}))

        assert notification["navigate"] == site.home

    def test_it_never_has_an_empty_title(self):
        site = a_site(name="Shop")
        push = a_push(site, title="{{ state.nothing }}")

        assert rendering.push(push, site, context_of(a_contact(site)))["title"] == "Shop"

    def test_it_touches_no_database(self, django_assert_num_queries):
        site = a_site()
        push = a_push(site)
        loaded = assets.Push.objects.prefetch_related("buttons").get(pk=push.pk)
        context = context_of(a_contact(site))

        with django_assert_num_queries(0):
            rendering.push(loaded, site, context)


class TestPopup:
    def test_it_holds_what_the_script_needs(self):
        site = a_site()
        popup = a_popup(site, title="Hi {{ state.first_name }}", text="Join us", delay=3)
        assets.Button.objects.create(asset=popup, label="Yes", action="ask_permission", position=0)
        assets.Button.objects.create(asset=popup, label="No", action="close", position=1)
        contact = a_contact(site, state={"first_name": "Anna"})

        rendered = rendering.popup(popup, site, context_of(contact))

        assert (rendered["title"], rendered["text"], rendered["delay"]) == ("Hi Anna", "Join us", 3)
        assert [(b["index"], b["label"], b["action"], b["style"]) for b in rendered["buttons"]] == [
            (0, "Yes", "ask_permission", "primary"),
            (1, "No", "close", "secondary"),
        ]
