"""A property that rules ask for is deleted: whose rules those are is said first."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import EventName, Property
from apps.journeys.models import Journey
from apps.segments import usage
from tests.factories import a_segment, a_site, a_user

pytestmark = pytest.mark.django_db
LIST = "/admin/accounts/property/"
ORDERS = {"all": [{"field": "state.orders", "op": "gte", "value": 3}]}
PLAN = {"none": [{"field": "state.plan", "op": "is", "value": "gold"}]}
SPENT = {
    "event": "purchase", "measure": "sum", "of": "price", "op": "gt", "value": 5,
    "where": [{"field": "item", "op": "is", "value": "hat"}],
}  # fmt: skip


@pytest.fixture
def site():
    return a_site()


def a_property(site, name="orders", type="number", event=None):
    event_name = event and EventName.objects.get_or_create(site=site, name=event)[0]
    return Property.objects.create(site=site, name=name, type=type, event_name=event_name)


def deleting(row):
    return f"{LIST}{row.pk}/delete/"


def asked(page):
    """What the page says will break, without its markup."""
    found = page.context["consequences"]
    return [[kind, str(name), *more] for kind, name, *more in found.rows] if found else None


def link_to(row):
    meta = row._meta
    address = f"/admin/{meta.app_label}/{meta.model_name}/{row.pk}/change/"
    return f'<a class="text-link" href="{address}">{row}</a>'


class TestOfProperties:
    def test_it_finds_rules_that_name_it_and_what_asks_through_them(self, site):
        good = a_segment(site, name="Good", rule={"any": [ORDERS, PLAN]})
        Journey.objects.create(
            site=site, name="Hello", entry_rule={"all": [{"segment": good.pk, "op": "in"}]}
        )
        a_segment(site, name="Plan", rule=PLAN)
        a_segment(name="Stranger", rule=ORDERS)

        found = usage.of_properties(site.pk, [(None, "orders")])

        assert [(use.row.name, use.note, use.through) for use in found] == [
            ("Good", "", ()),
            ("Hello", "draft", ("Good",)),
        ]

    @pytest.mark.parametrize(
        ("place", "is_used"),
        [
            (("purchase", "price"), True),
            (("purchase", "item"), True),
            (("viewed", "price"), False),
            ((None, "price"), False),
        ],
    )
    def test_it_tells_properties_of_events_apart(self, site, place, is_used):
        a_segment(site, rule={"all": [SPENT]})

        assert bool(usage.of_properties(site.pk, [place])) == is_used

    @pytest.mark.parametrize("number", [1, 3])
    def test_it_costs_the_same_for_one_and_for_three(self, site, number, django_assert_num_queries):
        for each in range(number):
            a_segment(site, rule=ORDERS)
            Journey.objects.create(site=site, name=f"J{each}", entry_rule=ORDERS)

        with django_assert_num_queries(9):
            usage.of_properties(site.pk, [(None, "orders")])


class TestOne:
    def test_it_names_the_rules_before_anything_is_deleted(self, administrator, site):
        orders = a_property(site)
        good = a_segment(site, name="Good", rule=ORDERS)
        hello = Journey.objects.create(
            site=site, name="Hello", entry_rule={"all": [{"segment": good.pk, "op": "in"}]}
        )

        page = administrator.get(deleting(orders))

        assert asked(page) == [
            ["Segment", link_to(good), "orders", "in its rule"],
            ["Journey", link_to(hello), "–", "through “Good”, draft"],
        ]
        assert page.context["consequences"].title == (
            "“orders” is used in rules, and deleting breaks those"
        )
        assert link_to(good) in page.content.decode()
        assert Property.objects.get() == orders

    def test_the_rules_are_broken_after_it(self, administrator, site):
        orders = a_property(site)
        good = a_segment(site, name="Good", rule=ORDERS)

        administrator.post(deleting(orders), {"post": "yes"})

        assert not Property.objects.exists()
        (row,) = administrator.get("/admin/segments/segment/").context["cl"].result_list
        assert row == good
        assert (
            "Nothing is known as “orders” here."
            in administrator.get(f"/admin/segments/segment/{good.pk}/change/").content.decode()
        )

    def test_it_warns_of_nothing_where_nobody_asks_for_it(self, administrator, site):
        a_segment(site, rule=PLAN)

        assert asked(administrator.get(deleting(a_property(site)))) is None

    def test_its_page_says_where_it_is_used(self, administrator, site):
        orders, good = a_property(site), a_segment(site, name="Good", rule=ORDERS)

        page = administrator.get(f"{LIST}{orders.pk}/change/")

        panel = {p.title: p.content for p in page.context["panels_below"]}["Used in"]
        assert panel["rows"] == [["Segment", link_to(good), "in its rule"]]

    def test_it_is_for_superusers(self, client, site):
        orders = a_property(site)
        client.force_login(a_user("Marketer"))

        assert client.post(deleting(orders), {"post": "yes"}).status_code == 403
        assert Property.objects.get() == orders


class TestSeveral:
    def choose(self, client, *rows, **more):
        sent = {"action": "delete_selected", "_selected_action": [row.pk for row in rows]}
        return client.post(LIST, {**sent, **more})

    def test_it_names_the_rules_before_anything_is_deleted(self, administrator, site):
        rows = [
            a_property(site),
            a_property(site, "plan", "text"),
            a_property(site, "price", event="purchase"),
            a_property(other := a_site(), "plan", "text"),
        ]
        both = a_segment(site, name="Both", rule={"all": [ORDERS, PLAN]})
        spent = a_segment(site, name="Spent", rule=SPENT)
        theirs = a_segment(other, name="Theirs", rule=PLAN)

        page = self.choose(administrator, *rows)

        assert sorted(asked(page)) == [
            ["Segment", link_to(both), "orders, plan", "in its rule"],
            ["Segment", link_to(spent), "price of purchase", "in its rule"],
            ["Segment", link_to(theirs), "plan", "in its rule"],
        ]
        assert f"price: Event purchase, {site}" in page.content.decode()
        assert Property.objects.count() == 4

        self.choose(administrator, *rows, post="yes")
        assert not Property.objects.exists()

    def test_it_warns_of_nothing_where_nobody_asks_for_them(self, administrator, site):
        page = self.choose(administrator, a_property(site), a_property(site, "plan"))

        assert asked(page) is None

    def test_it_costs_the_same_for_one_and_for_three(self, administrator, site):
        rows = [a_property(site, name) for name in ("orders", "plan", "city")]
        a_segment(site, rule=ORDERS)
        costs = []
        for chosen in (rows[:1], rows):
            with CaptureQueriesContext(connection) as queries:
                self.choose(administrator, *chosen)
            costs.append(len(queries))

        assert costs[0] == costs[1]

    def test_it_is_not_offered_to_marketers(self, client, site):
        orders = a_property(site)
        client.force_login(a_user("Marketer"))

        page = client.get(LIST)
        self.choose(client, orders, post="yes")

        assert "_selected_action" not in page.content.decode()
        assert Property.objects.get() == orders
