import pytest

from apps.accounts import contacts
from apps.accounts.house_events import WORDS
from apps.accounts.models import EventName
from apps.segments import catalogue, rules
from tests.factories import a_contact, a_segment, a_site, an_event
from tests.segments.contexts import NOW, field

pytestmark = pytest.mark.django_db


class TestOfSite:
    def test_it_knows_what_was_learnt_there_and_nothing_else(self):
        site, other = a_site(time_zone="Asia/Tokyo"), a_site()
        rule = field("language", "is", "de")
        german = a_segment(site, name="German", rule=rule)
        listed = a_segment(site, name="List", kind="imported", rule=rule)
        a_segment(other, name="Other")
        contacts.update_state(a_contact(site), {"city": "Bern", "orders": 3})
        contacts.update_state(a_contact(other), {"secret": "x"})
        an_event(a_contact(site), "purchase", price=5)
        an_event(a_contact(other), "hidden", other="x")

        context = catalogue.of_site(site, now=NOW)

        assert (context.site_id, str(context.zone), context.now) == (site.pk, "Asia/Tokyo", NOW)
        assert context.properties == {"city": "text", "orders": "number"}
        known = EventName.objects.filter(site=site).values_list("name", "pk")
        assert context.events == dict(known)
        assert set(context.events) == {"purchase", *WORDS}
        assert context.event_properties == {"purchase": {"price": "number"}}
        assert context.segments == {
            german.pk: rules.KnownSegment(id=german.pk, name="German", rule=rule),
            listed.pk: rules.KnownSegment(id=listed.pk, name="List", rule=None),
        }

    @pytest.mark.parametrize("number", [1, 3])
    def test_it_needs_three_queries(self, number, django_assert_num_queries):
        site = a_site()
        for each in range(number):
            a_segment(site)
            an_event(a_contact(site), f"event {each}", price=5)

        with django_assert_num_queries(3):
            catalogue.of_site(site)
