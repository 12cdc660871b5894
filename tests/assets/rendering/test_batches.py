import pytest

from apps.assets import models as assets
from apps.assets import rendering
from tests.factories import a_contact, a_popup, a_property, a_push, a_site

pytestmark = pytest.mark.django_db

GERMAN = {"field": "language", "op": "is", "value": "de"}
VIP = {"field": "state.vip", "op": "is", "value": True}


def rendered(asset, contact, **more):
    sources = {pk: source for pk, (_, source) in rendering.load(type(asset), {asset.pk}).items()}
    return rendering.Batch.load(sources, [contact]).render(asset.pk, contact, more)


def shown(asset, contact, **more):
    return rendered(asset, contact, **more).shown


def a_variation(asset, name="German", rule=GERMAN, **values):
    values = {"status": "active", "position": asset.variations.count(), **values}
    return asset.variations.create(name=name, rule=rule, **values)


class TestPush:
    def test_it_is_a_declarative_notification_without_empty_members(self):
        site = a_site(home="https://shop.example/", default_language="fr")

        notification = shown(a_push(site, title="Hello"), a_contact(site))

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
            silent=True,
            direction="rtl",
            replace_key="stock-{{ event.slug }}",
            data={"order": 7},
        )
        assets.Button.objects.create(asset=push, label="Buy {{ event.product }}", url="/buy")
        contact = a_contact(site, state={"first_name": "Anna"}, language="de")

        assert shown(push, contact, event={"product": "Tent", "slug": "tent/2"}) == {
            "title": "Hi Anna",
            "body": "Tent is back",
            "navigate": "https://shop.example/p/tent%2F2",
            "lang": "de",
            "dir": "rtl",
            "icon": "https://shop.example/icon.png",
            "image": "https://cdn.example/tent%2F2.jpg",
            "tag": "stock-tent/2",
            "requireInteraction": True,
            "silent": True,
            "data": {"order": 7},
            "actions": [
                {"action": "1", "title": "Buy Tent", "navigate": "https://shop.example/buy"}
            ],
        }

    def test_what_replaces_another_is_heard_again(self):
        push = a_push(replace_key="score")

        notification = shown(push, a_contact(push.site))

        assert (notification["tag"], notification["renotify"]) == ("score", True)

    @pytest.mark.parametrize(
        "link", ["javascript:alert(1)", "data:text/html,x", "https://[broken", ""]
    )
    def test_it_leads_home_when_a_tag_brings_no_web_address(self, link):
        push = a_push(url="{{ event.link }}")

        notification = shown(push, a_contact(push.site), event={"link": link})

        assert notification["navigate"] == push.site.home

    def test_it_never_has_an_empty_title(self):
        site = a_site(name="Shop")

        assert shown(a_push(site, title="{{ state.nothing }}"), a_contact(site))["title"] == "Shop"


class TestPopup:
    def test_it_holds_what_the_script_needs(self):
        site = a_site()
        popup = a_popup(
            site,
            title="Hi {{ state.first_name }}",
            delay=3,
            pages="/sale/*\n!/cart",
            button_color="#112233",
        )
        assets.Button.objects.create(asset=popup, label="Yes", action="ask_permission", position=0)
        assets.Button.objects.create(asset=popup, label="No", action="close", position=1)
        contact = a_contact(site, state={"first_name": "Anna"})

        popup = shown(popup, contact)

        assert (popup["title"], popup["delay"], popup["colors"], popup["pages"]) == (
            "Hi Anna",
            3,
            {"button": "#112233"},
            ["/sale/*", "!/cart"],
        )
        assert [(b["index"], b["label"], b["action"], b["style"]) for b in popup["buttons"]] == [
            (0, "Yes", "ask_permission", "primary"),
            (1, "No", "close", "secondary"),
        ]


class TestVariations:
    def test_the_first_whose_rule_is_met_wins_and_leaves_the_rest_as_it_is(self):
        site = a_site()
        a_property(site, "vip", "yes_no")
        push = a_push(site, title="Hello", message="News", url="/news")
        german = a_variation(push, content={"title": "Hallo"})
        vip = a_variation(push, "VIP", VIP, content={"title": "Dear VIP"})
        people = {
            german: a_contact(site, language="de", state={"vip": True}),
            vip: a_contact(site, state={"vip": True}),
            None: a_contact(site, language="fr"),
        }

        found = {row: rendered(push, contact) for row, contact in people.items()}

        assert [found[row].shown["title"] for row in people] == ["Hallo", "Dear VIP", "Hello"]
        assert [each.version and each.version.key for each in found.values()] == [
            german.pk,
            vip.pk,
            None,
        ]
        assert {each.shown["body"] for each in found.values()} == {"News"}

    def test_a_draft_is_never_sent(self):
        push = a_push(title="Hello")
        a_variation(push, status="draft", content={"title": "Hallo"})

        assert shown(push, a_contact(push.site, language="de"))["title"] == "Hello"

    def test_it_has_buttons_of_its_own_or_those_of_the_default(self):
        site = a_site()
        popup = a_popup(site)
        assets.Button.objects.create(asset=popup, label="Yes")
        german = a_variation(popup, has_own_buttons=True)
        assets.Button.objects.create(asset=popup, variation=german, label="Ja")
        a_variation(popup, "French", {"field": "language", "op": "is", "value": "fr"})

        labels = {
            language: [each["label"] for each in shown(popup, contact)["buttons"]]
            for language in ("de", "fr", "en")
            for contact in [a_contact(site, language=language)]
        }

        assert labels == {"de": ["Ja"], "fr": ["Yes"], "en": ["Yes"]}

    def test_a_rule_that_cannot_be_asked_any_more_is_met_by_nobody(self):
        push = a_push(title="Hello")
        a_variation(push, rule=VIP, content={"title": "Dear VIP"})

        assert shown(push, a_contact(push.site, state={"vip": True}))["title"] == "Hello"

    def test_one_without_a_rule_is_for_everybody(self):
        push = a_push(title="Hello")
        a_variation(push, rule={}, content={"title": "All"})

        assert shown(push, a_contact(push.site))["title"] == "All"


class TestLabels:
    def test_each_says_what_its_first_rule_that_is_met_says(self):
        site = a_site()
        label = assets.LabelTag.objects.create(site=site, name="bonus", value="10 %")
        assets.LabelValue.objects.create(
            label=label, rule=GERMAN, value="20 % für {{ state.first_name }}"
        )
        push = a_push(site, title="{{ label.bonus }}!")
        anna = a_contact(site, language="de", state={"first_name": "Anna"})

        assert rendered(push, anna).labels == {"bonus": "20 % für Anna"}
        assert shown(push, anna)["title"] == "20 % für Anna!"
        assert shown(push, a_contact(site))["title"] == "10 %!"

    def test_only_those_that_are_named_are_loaded(self, django_assert_num_queries):
        site = a_site()
        assets.LabelTag.objects.create(site=site, name="bonus", value="10 %")

        assert rendered(a_push(site, title="Hi"), a_contact(site)).labels == {}


class TestQueries:
    @pytest.mark.parametrize("number", [1, 3])
    def test_they_do_not_grow_with_the_batch(self, number, django_assert_num_queries):
        site = a_site()
        a_property(site, "vip", "yes_no")
        push = a_push(site, title="{{ label.bonus }}")
        a_variation(push, content={"title": "Hallo {{ label.bonus }}"})
        a_variation(push, "VIP", VIP, content={"title": "Dear VIP"})
        label = assets.LabelTag.objects.create(site=site, name="bonus", value="10 %")
        assets.LabelValue.objects.create(label=label, rule=VIP, value="20 %")
        contacts = [a_contact(site) for _ in range(number)]

        with django_assert_num_queries(3 + 2 + 3 + 1):
            loaded = rendering.load(assets.Push, {push.pk})
            batch = rendering.Batch.load({push.pk: loaded[push.pk][1]}, contacts)
            titles = [batch.render(push.pk, each).shown["title"] for each in contacts]

        assert titles == ["10 %"] * number
