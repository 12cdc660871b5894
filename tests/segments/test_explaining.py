from datetime import UTC, datetime

import pytest

from apps.accounts import contacts
from apps.accounts.models import Contact, Event
from apps.segments import catalogue, explaining, rules
from apps.segments.models import Member, Segment
from tests.factories import a_contact, a_device, a_segment, a_site, an_event
from tests.segments.contexts import NOW, did, field, in_segment, last, measured

pytestmark = pytest.mark.django_db

GERMAN = field("language", "is", "de")
FRENCH = field("language", "is", "fr")


@pytest.fixture
def site():
    return a_site(time_zone="Europe/Berlin")


@pytest.fixture
def anna(site):
    """German, on one browser, who has bought twice."""
    contact = a_device(site).contact
    contacts.update_state(
        contact,
        {
            "city": "Bern",
            "orders": 2.5,
            "vip": False,
            "born": "1990-02-03",
            "seen": "2026-07-01T10:00Z",
            "tags": ["a", "b"],
        },
    )
    for day, price in ((3, 10), (20, 30.5)):
        event = an_event(contact, "purchase", price=price, item="hat")
        Event.objects.filter(pk=event.pk).update(at=datetime(2026, 11, day, 9, tzinfo=UTC))
    return contact


def answer(rule, contact):
    return explaining.explain(rule, contact, catalogue.of_site(contact.site, now=NOW))


class TestExplain:
    @pytest.mark.parametrize(
        ("rule", "is_met", "actual"),
        [
            (GERMAN, True, "Language is de"),
            (FRENCH, False, "Language is de"),
            (field("external_id", "is_set", False), True, "External id is not set"),
            (
                field("push_status", "is", "blocked"),
                False,
                "Push status of the last session is Ask",
            ),
            (
                field("reachable", "is", False),
                True,
                "Core: push enabled, user has at least one device is no",
            ),
            (field("state.city", "is_not", "Bern"), False, "city is Bern"),
            (field("state.orders", "gt", 2), True, "orders is 2.5"),
            (field("state.vip", "is", False), True, "vip is no"),
            (field("state.born", "before", "2000-01-01"), True, "born is 1990-02-03"),
            (field("state.tags", "has", "c"), False, "tags is a, b"),
            (field("device.browser", "is", "Firefox"), True, "Browser is Firefox"),
            (field("device.form_factor", "is", "mobile"), False, "Form factor is Desktop"),
            (field("sessions", "gte", 1), True, "Number of sessions is 1"),
            (field("push.last_clicked", "is_set", True), False, "Last push clicked is not set"),
            (
                did(op="gte", value=3, when=last(30)),
                False,
                "did purchase 2 times, in the last 30 days, last on 20 November 2026, 10:00",
            ),
            (
                did(where=[field("price", "gt", 100)]),
                False,
                "did not do purchase, where price is greater than 100",
            ),
            (
                did(op="is", value=1, where=[field("price", "gt", 20)]),
                True,
                "did purchase once, where price is greater than 20, last on 20 November 2026, "
                "10:00",
            ),
            (
                measured("sum", "gte", 40),
                True,
                "the sum of price of purchase is 40.5, last on 20 November 2026, 10:00",
            ),
            (
                measured("max", "gt", 5, where=[field("item", "is", "shoe")]),
                False,
                "the greatest price of purchase is not set, where item is shoe",
            ),
        ],
    )
    def test_it_says_what_the_contact_really_has(self, anna, rule, is_met, actual):
        found = answer(rule, anna)

        assert (found.kind, found.is_met, found.actual, found.children) == (
            "condition",
            is_met,
            actual,
            (),
        )
        assert found.words == rules.describe(rule, catalogue.of_site(anna.site))

    def test_it_says_when_a_value_is_of_another_type(self, anna):
        Contact.objects.filter(pk=anna.pk).update(state={"orders": "many", "tags": "a", "city": 5})
        rule = {
            "none": [
                field("state.orders", "gt", 1),
                field("state.tags", "has", "a"),
                field("state.city", "is", "5"),
            ]
        }

        assert [child.actual for child in answer(rule, anna).children] == [
            "orders is many, which is not a number",
            "tags is a, which is not a list",
            "city is 5, which is not a text",
        ]

    def test_it_walks_through_groups(self, anna):
        rule = {
            "all": [GERMAN, {"any": [FRENCH, field("state.vip", "is", True)]}, {"none": [FRENCH]}]
        }

        found = answer(rule, anna)

        assert (found.kind, found.words, found.is_met) == ("all", "All of these", False)
        assert [(each.kind, each.words, each.is_met) for each in found.children] == [
            ("condition", "Language is de", True),
            ("any", "Any of these", False),
            ("none", "None of these", True),
        ]
        assert [each.is_met for each in found.children[1].children] == [False, False]

    def test_it_explains_segments_that_the_rule_names(self, anna, site):
        inner = a_segment(site, name="French", rule={"any": [FRENCH, did()]})
        listed = a_segment(site, name="VIPs", kind="imported")
        everybody = a_segment(site, name="All", rule={})
        rule = {
            "all": [
                in_segment(inner.pk, "not_in"),
                in_segment(listed.pk),
                in_segment(everybody.pk),
            ]
        }

        found = answer(rule, anna)

        assert [(each.words, each.is_met, each.actual) for each in found.children] == [
            ("is not in “French”", False, "is in “French”"),
            ("is in “VIPs”", False, "is not in “VIPs”"),
            ("is in “All”", True, "is in “All”"),
        ]
        (tree,) = found.children[0].children
        assert [each.is_met for each in tree.children] == [False, True]
        Member.objects.create(segment=listed, contact=anna)
        assert answer(rule, anna).children[1].is_met

    def test_it_says_everybody_of_an_empty_rule(self, anna):
        found = answer({}, anna)

        assert (found.words, found.is_met, found.children) == ("Everybody", True, ())

    def test_it_refuses_what_cannot_be_asked(self, anna):
        with pytest.raises(rules.Broken, match="Nothing is known as “gone” here"):
            answer(field("state.gone", "is", "x"), anna)

    def test_it_says_nothing_of_people_of_other_sites(self, anna):
        stranger = a_contact(a_site())

        with pytest.raises(Contact.DoesNotExist):
            explaining.explain(GERMAN, stranger, catalogue.of_site(anna.site))

    @pytest.mark.parametrize("times", [1, 3])
    def test_it_needs_the_same_queries_for_any_rule(self, anna, times, django_assert_num_queries):
        rule = {
            "all": [GERMAN, did(), field("device.os", "is", "Linux"), field("sessions", "gt", 0)]
            * times
        }
        context = catalogue.of_site(anna.site)

        # The truth of all conditions; devices, sessions and events for the words.
        with django_assert_num_queries(4):
            explaining.explain(rule, anna, context)


class TestSegmentsOf:
    def test_it_names_all_active_ones_with_whether_the_contact_is_in(self, anna, site):
        listed = a_segment(site, name="A list", kind="imported")
        Member.objects.create(segment=listed, contact=anna)
        a_segment(site, name="B nobody", kind="imported")
        a_segment(site, name="C buyers", rule=did(op="gte", value=2))
        a_segment(site, name="D French", rule=FRENCH)
        broken = a_segment(site, name="E broken", rule=field("state.gone", "is", "x"))
        a_segment(site, name="F everybody")
        a_segment(site, name="G not broken", rule={"none": [FRENCH]})
        a_segment(site, name="H archived", status="archived")
        a_segment(a_site(), name="I of another site")

        found = explaining.segments_of(anna)

        assert [(str(segment), met) for segment, met in found if segment != broken] == [
            ("A list", True),
            ("B nobody", False),
            ("C buyers", True),
            ("D French", False),
            ("F everybody", True),
            ("G not broken", True),
        ]
        (problem,) = [met for segment, met in found if segment == broken]
        assert isinstance(problem, rules.Broken)
        assert problem.messages == ["Nothing is known as “gone” here."]

    def test_it_names_none_where_there_is_none(self, anna):
        assert explaining.segments_of(anna) == []

    @pytest.mark.parametrize("number", [1, 3])
    def test_it_needs_the_same_queries_for_any_number(
        self, anna, site, number, django_assert_num_queries
    ):
        for _ in range(number):
            a_segment(site, rule={"all": [did(), GERMAN]})
            a_segment(site, kind="imported")
        contact = Contact.objects.select_related("site").get(pk=anna.pk)

        # What the site knows (three), its active segments, and the contact with all answers.
        with django_assert_num_queries(5):
            explaining.segments_of(contact)

    def test_it_asks_more_than_a_database_can_answer_at_once(self, anna, site, monkeypatch):
        monkeypatch.setattr(explaining, "AT_ONCE", 2)
        for number in range(5):
            a_segment(site, name=f"{number}", rule={"all": [GERMAN if number % 2 else FRENCH]})
        a_segment(site, name="3 broken", rule={"all": [field("state.gone", "is", "x")]})
        anna.language = "de"
        anna.save()

        found = explaining.segments_of(anna)

        known = [(str(row), met) for row, met in found if isinstance(met, bool)]
        assert known == [("0", False), ("1", True), ("2", False), ("3", True), ("4", False)]

    def test_it_asks_a_hundred_and_fifty_segments(self, anna, site, django_assert_num_queries):
        rule = {
            "all": [did(op="gte", value=2, when=last(30)), {"none": [measured("sum", "gt", 99)]}]
        }
        Segment.objects.bulk_create(
            Segment(site=site, name=f"{number}", rule=rule) for number in range(150)
        )
        contact = Contact.objects.select_related("site").get(pk=anna.pk)

        # What the site knows (three), its active segments, and two for the answers.
        with django_assert_num_queries(6):
            found = explaining.segments_of(contact)

        assert len(found) == 150
