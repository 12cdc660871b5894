import pytest

from apps.accounts.models import Contact
from apps.assets.models import LabelTag, Popup
from apps.assets.previews import made_up, showing
from apps.assets.rendering import Source, Version, context_of
from tests.factories import a_property, a_site

pytestmark = pytest.mark.django_db


def a_source(site, title, **of_variation):
    content = {**Popup(title=title, close_label="Close").own_content, "buttons": []}
    versions = [Version(key=1, name="German", rule={}, content=of_variation)]
    return Source(
        kind=Popup, site=site, content=content, versions=tuple(versions if of_variation else ())
    )


def title(source, given=None):
    return showing.render(source, showing.viewer(source, given=given)).shown["title"]


class TestValues:
    def test_there_is_one_for_everything_that_any_text_names(self):
        site = a_site()
        a_property(site, "points", "number")
        a_property(site, "vip", "yes_no")
        a_property(site, "total", "number", event="purchase")

        found = made_up.values(
            a_source(
                site,
                "{{ state.city }} {{ state.points }} {{ state.language }}",
                text="{% if state.vip %}{{ event.total }}{% endif %} {{ journey.brand_name }}",
            )
        )

        assert found == {
            "state": {"city": "Lisbon", "points": 20, "language": "en", "vip": True},
            "event": {"total": 20},
            "journey": {"brand_name": "Brand name"},
        }

    def test_a_property_of_an_event_is_none_of_the_state(self):
        site = a_site()
        a_property(site, "total", "number", event="purchase")

        assert made_up.values(a_source(site, "{{ state.total }}"))["state"] == {"total": "Total"}

    @pytest.mark.parametrize("text", ["{{ state }}", "{{ state[0] }}", "{{ x", "{% if %}", "plain"])
    def test_where_nothing_is_named_nothing_is_asked(self, text, django_assert_num_queries):
        source = a_source(a_site(), text)

        with django_assert_num_queries(0):
            assert made_up.values(source) == {"state": {}, "event": {}, "journey": {}}

    def test_one_query_is_enough(self, django_assert_num_queries):
        source = a_source(a_site(), "{{ state.a }} {{ event.b }}", text="{{ state.c }}")

        with django_assert_num_queries(1):
            made_up.values(source)

    @pytest.mark.parametrize(
        ("value", "text"),
        [(True, "true"), (False, "false"), (20, "20"), (["A", "B"], "A, B"), ("Anna", "Anna")],
    )
    def test_they_are_written_as_somebody_would_type_them(self, value, text):
        assert made_up.written(value) == text


class TestContact:
    def test_what_the_house_knows_of_everybody_is_taken_from_the_state(self):
        site = a_site()

        contact = made_up.contact(
            site,
            {"first_name": "Anna", "language": "de", "external_id": "", "push_status": "nonsense"},
        )

        assert made_up.is_made_up(contact)
        assert contact.external_id is None
        assert not Contact.objects.exists()
        assert context_of(contact)["state"] == {
            "first_name": "Anna",
            "external_id": "",
            "language": "de",
            "time_zone": site.time_zone,
            "push_status": "ask",
        }


class TestInTexts:
    def test_they_have_the_type_that_the_site_uses(self):
        site = a_site()
        a_property(site, "points", "number")
        a_property(site, "total", "number", event="purchase")

        source = a_source(
            site, "{{ state.points | plus: 1 }} {{ event.total }} {{ journey.favourite_brand }}"
        )

        assert title(source) == "21 20 Favourite brand"

    def test_what_is_given_comes_before_them_even_if_it_is_empty(self):
        source = a_source(
            a_site(), "{{ state.city }} {{ state.first_name | default: 'you' }} {{ event.x }}"
        )

        given = {"state": {"city": "Oslo", "first_name": ""}, "event": {"x": 3}}

        assert title(source) == "Lisbon Anna X"
        assert title(source, given) == "Oslo you 3"

    def test_label_tags_say_their_default(self):
        site = a_site()
        LabelTag.objects.create(site=site, name="sale", value="20 % off")

        assert title(a_source(site, "Now {{ label.sale }}")) == "Now 20 % off"
