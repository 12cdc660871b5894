import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.assets.previews import viewers
from tests.factories import a_contact, a_site

pytestmark = pytest.mark.django_db


class TestRecent:
    def test_it_is_the_newest_that_are_known_and_one_visitor(self):
        site = a_site()
        known = [a_contact(site, external_id=f"c{number}") for number in range(7)]
        a_contact(site)
        visitor = a_contact(site)
        a_contact(a_site(), external_id="elsewhere")

        assert viewers.recent(site) == [*known[:1:-1], visitor]


class TestFind:
    @pytest.fixture
    def site(self):
        return a_site()

    @pytest.fixture
    def anna(self, site):
        return a_contact(site, external_id="anna-1", state={"city": "Berlin", "orders": 12})

    def test_it_finds_by_external_id_and_by_its_beginning(self, site, anna):
        second = a_contact(site, external_id="anna-12")

        assert viewers.find(site, "anna-1") == [anna, second]
        assert viewers.find(site, " anna-12 ") == [second]

    def test_it_finds_a_visitor_by_number(self, site):
        visitor = a_contact(site)

        assert viewers.find(site, f"Visitor {visitor.pk}") == [visitor]
        assert viewers.find(site, str(visitor.pk)) == [visitor]

    @pytest.mark.parametrize("term", ["berl", "BERLIN", "12"])
    def test_it_finds_by_a_value_of_the_state(self, site, anna, term):
        assert viewers.find(site, term) == [anna]

    @pytest.mark.parametrize("term", ["nobody", "\x00", "9" * 30])
    def test_it_finds_nobody_who_is_not_there(self, site, anna, term):
        expected = [anna] if term == "\x00" else []

        assert viewers.find(site, term) == expected

    def test_it_finds_nobody_of_another_site(self, anna):
        other = a_site()

        assert viewers.find(other, "anna-1") == []
        assert viewers.find(other, str(anna.pk)) == []

    def test_it_asks_five_times_at_most(self, site, anna):
        for number in range(10):
            a_contact(site, external_id=f"b{number}", state={"city": "Bergen"})

        with CaptureQueriesContext(connection) as asked:
            assert len(viewers.find(site, "Berg")) == viewers.MOST_FOUND

        selects = [query["sql"] for query in asked if query["sql"].startswith("SELECT")]
        assert len(selects) <= 5


class TestTyped:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("12", 12),
            ("-3", -3),
            ("2.50", 2.5),
            ("true", True),
            ("false", False),
            ("007", "007"),
            ("1e9", "1e9"),
            ("Anna", "Anna"),
            ("9" * 30, "9" * 30),
            ("", ""),
        ],
    )
    def test_a_value_is_what_a_site_would_have_sent(self, text, value):
        assert viewers.typed(text) == value
        assert type(viewers.typed(text)) is type(value)

    @pytest.mark.parametrize(
        ("text", "type_", "value"),
        [
            ("12", "text", "12"),
            ("true", "text", "true"),
            ("12", "number", 12),
            ("2.50", "number", 2.5),
            ("many", "number", "many"),
            ("yes", "yes_no", True),
            ("0", "yes_no", False),
            ("2026-06-01 10:00", "date", "2026-06-01T10:00"),
            ("tomorrow", "date", "tomorrow"),
            ("A, B", "list", ["A", "B"]),
            ("A", "list", ["A"]),
            ('["A, B", 2]', "list", ["A, B", 2]),
            ("", "list", ""),
            ("", "number", ""),
        ],
    )
    def test_it_is_of_the_type_that_the_site_uses(self, text, type_, value):
        found = viewers.typed(text, type_)

        assert (found, type(found)) == (value, type(value))


class TestAbout:
    def test_it_is_a_few_short_values(self):
        state = {"first_name": "Anna", "vip": True, "note": "x" * 50, "orders": 7}

        assert viewers.about(a_contact(state=state, language="de")) == "Anna · 7 · de"

    @pytest.mark.parametrize("names", [("a", "name", "zip", "first_name"), ("first_name", "zip")])
    def test_names_come_first_and_the_rest_in_the_order_of_the_alphabet(self, names):
        state = {name: name.upper() for name in names}
        expected = {4: "FIRST_NAME · NAME · A", 2: "FIRST_NAME · ZIP"}[len(names)]
        contact = a_contact(state=state)
        contact.refresh_from_db()

        assert viewers.about(contact) == expected

    def test_a_state_that_is_none_says_nothing(self):
        assert viewers.about(a_contact(state=["Anna"])) == ""
