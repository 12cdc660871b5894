import pytest

from apps.accounts.panels import uses
from apps.assets.models import LabelTag
from apps.segments import usage
from apps.segments.models import Segment
from tests.assets.varied import GERMAN, a_variation
from tests.factories import a_popup, a_property, a_push, a_segment, a_site, a_user

pytestmark = pytest.mark.django_db

ORDERS = {"field": "state.orders", "op": "gt", "value": 3}


@pytest.fixture
def site():
    return a_site()


def asks_for(segment):
    return {"all": [{"segment": segment.pk, "op": "in"}]}


def found(uses):
    return [(use.kind, str(use.row), use.note) for use in uses]


class TestWhoNamesASegment:
    def test_variations_and_label_values_do(self, site):
        vip = a_segment(site)
        a_variation(a_push(site, name="Sale"), "VIP", asks_for(vip))
        a_variation(a_popup(site, name="Win"), "VIP", asks_for(vip), status="draft")
        a_variation(a_push(site), "German", GERMAN)
        label = LabelTag.objects.create(site=site, name="bonus", value="5 %")
        label.values.create(rule=GERMAN, value="1 %")
        label.values.create(rule=asks_for(vip), value="10 %", position=1)
        a_variation(a_push(), "VIP", asks_for(vip))

        assert found(usage.of_segment(vip)) == [
            ("Variation", "VIP", "of the push “Sale”"),
            ("Variation", "VIP", "of the popup “Win”, draft"),
            ("Label tag", "bonus", "value 2: “10 %”"),
        ]

    def test_it_is_kept_from_going_while_they_do(self, client, site):
        vip = a_segment(site, name="Gold")
        variation = a_variation(a_push(site, name="Sale"), "VIP", asks_for(vip))
        client.force_login(a_user("Marketer"))

        page = client.post(f"/admin/segments/segment/{vip.pk}/delete/", {"post": "yes"})

        link = f'<a class="text-link" href="/admin/assets/variation/{variation.pk}/change/">VIP</a>'
        assert [str(words) for words in uses(vip)] == [f"the variation {link}"]
        assert page.context["protected"] == [f"“Gold” is used by the variation {link}"]
        assert Segment.objects.filter(pk=vip.pk).exists()

    def test_changing_its_rule_asks_first(self, client, site):
        vip = a_segment(site, name="Gold")
        a_variation(a_push(site, name="Sale"), "VIP", asks_for(vip))
        client.force_login(a_user("Marketer"))
        sent = {"name": "Gold", "rule": '{"field": "language", "op": "is", "value": "de"}'}

        page = client.post(f"/admin/segments/segment/{vip.pk}/change/", sent)

        assert page.context["consequences"].title == "“Gold” is in use"
        assert [row[2] for row in page.context["consequences"].rows] == [
            "in its rule, of the push “Sale”"
        ]
        vip.refresh_from_db()
        assert vip.rule == {}


class TestWhoNamesAProperty:
    def test_variations_and_label_values_do(self, site):
        a_property(site, "orders", "number")
        a_variation(a_push(site, name="Sale"), "Many", ORDERS)
        label = LabelTag.objects.create(site=site, name="bonus", value="5 %")
        label.values.create(rule={"any": [GERMAN, ORDERS]}, value="x" * 50)

        assert found(usage.of_properties(site.pk, [(None, "orders")])) == [
            ("Variation", "Many", "of the push “Sale”"),
            ("Label tag", "bonus", f"value 1: “{'x' * 39}…”"),
        ]


class TestCost:
    def test_it_is_the_same_with_one_rule_and_with_three(self, site, django_assert_num_queries):
        vip = a_segment(site)
        for number in (1, 3):
            for each in range(number):
                push = a_push(site)
                a_variation(push, f"{each}", asks_for(vip))
                label = LabelTag.objects.create(site=site, name=f"b{push.pk}", value="5 %")
                label.values.create(rule=asks_for(vip), value="1 %")
            usage.of_segment(vip)
            # Segments, variations, label values; of journeys versions, terms, kinds of steps.
            with django_assert_num_queries(9):
                usage.of_segment(vip)
