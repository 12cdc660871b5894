import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import Contact
from apps.assets import shares, variations
from apps.assets.shares import Among, Share
from apps.segments import catalogue, counting, rules
from tests.assets.varied import FRENCH, GERMAN, GONE, VIP, a_variation
from tests.factories import a_property, a_push, a_segment, a_site

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    site = a_site()
    a_property(site, "vip", "yes_no")
    return site


@pytest.fixture
def push(site):
    return a_push(site)


def people(site, number, **values):
    Contact.objects.bulk_create(Contact(site=site, **values) for _ in range(number))


def shared(push, **among):
    rows = variations.in_order(push)
    return shares.of(rows, Among(**among), catalogue.of_site(push.site))


def got(push, **among):
    found = shared(push, **among)
    by_name = {row.name: found.rows.get(row.pk) for row in push.variations.all()}
    numbers = {name: share and share.got for name, share in by_name.items()}
    return {**numbers, "Default": found.rows[None].got}


class TestOf:
    def test_the_first_that_is_met_wins_and_the_rest_get_the_default(self, site, push):
        a_variation(push, "German", GERMAN)
        a_variation(push, "VIP", VIP)
        people(site, 2, language="de", state={"vip": True})
        people(site, 1, language="fr", state={"vip": True})
        people(site, 5, language="fr")
        people(a_site(), 9, language="de")

        found = shared(push)

        german, vip = (found.rows[row.pk] for row in variations.in_order(push))
        assert (found.contacts, found.is_exact) == (8, True)
        assert german == Share(met=2, got=2, percent=25)
        assert vip == Share(met=3, got=1, percent=12.5)
        assert found.rows[None] == Share(met=5, got=5, percent=62.5)

    def test_drafts_have_no_share_and_take_nobody(self, site, push):
        a_variation(push, "German", GERMAN, status="draft")
        people(site, 2, language="de")

        assert got(push) == {"German": None, "Default": 2}

    def test_a_rule_that_is_broken_is_met_by_nobody(self, site, push):
        a_variation(push, "Broken", GONE)
        a_variation(push, "Everybody", {})
        people(site, 2)

        assert got(push) == {"Broken": 0, "Everybody": 2, "Default": 0}

    def test_it_looks_at_the_reachable_or_at_a_segment(self, site, push):
        a_variation(push, "VIP", VIP)
        people(site, 2, language="de", state={"vip": True}, is_reachable=True)
        people(site, 3, language="de")
        people(site, 4, state={"vip": True})

        assert got(push, is_reachable=True) == {"VIP": 2, "Default": 0}
        assert got(push, segment=a_segment(site, rule=GERMAN)) == {"VIP": 2, "Default": 3}

    def test_it_says_so_when_the_segment_is_broken(self, site, push):
        a_variation(push)

        with pytest.raises(rules.Broken):
            shared(push, segment=a_segment(site, rule=GONE))

    def test_it_counts_nobody_without_dividing(self, push):
        a_variation(push)

        assert shared(push).rows[None] == Share(met=0, got=0, percent=0)

    def test_it_needs_no_variation(self, site, push):
        people(site, 2)

        assert shared(push).rows == {None: Share(met=2, got=2, percent=100)}

    def test_a_large_site_is_asked_by_a_sample(self, site, push, monkeypatch):
        monkeypatch.setattr(counting, "FEW", 3)
        a_variation(push)
        people(site, 3, language="de", bucket=counting.SAMPLED)
        people(site, 1, language="fr", bucket=counting.SAMPLED)
        people(site, 9, language="de", bucket=7)

        found = shared(push)

        assert (found.contacts, found.is_exact) == (4, False)
        assert found.rows[None] == Share(met=1, got=1, percent=25)

    def test_it_names_what_those_who_meet_it_get_before(self, site, push):
        a_variation(push, "German", GERMAN)
        a_variation(push, "French", FRENCH)
        vip = a_variation(push, "VIP", VIP)
        people(site, 2, language="de", state={"vip": True})
        people(site, 1, language="fr", state={"vip": True})
        people(site, 4)

        share = shared(push).rows[vip.pk]

        assert share == Share(met=3, got=0, percent=0, before=("German", "French"))
        assert share.is_lost

    def test_nobody_is_lost_where_nobody_meets_it(self, site, push):
        vip = a_variation(push, "VIP", VIP)
        people(site, 2)

        assert not shared(push).rows[vip.pk].is_lost

    def test_it_costs_the_same_with_one_variation_and_with_three(self, site, push):
        people(site, 2, language="de")
        context = catalogue.of_site(site)

        def queries(number):
            for each in range(number):
                a_variation(push, f"{number} {each}", [GERMAN, FRENCH, VIP][each])
            rows = variations.in_order(push)
            with CaptureQueriesContext(
                connection,
            ) as captured:
                shares.of(rows, Among(is_reachable=True), context)
            push.variations.all().delete()
            return [query["sql"] for query in captured if "accounts_contact" in query["sql"]]

        one, three = queries(1), queries(3)
        # How large the site is, and the shares.
        assert len(one) == len(three) == 2


class TestNeverWins:
    def reasons(self, push):
        rows = variations.in_order(push)
        found = shares.never_wins(rows, catalogue.of_site(push.site))
        return {row.name: found.get(row.pk, "") for row in rows}

    def test_it_warns_of_what_stands_after_one_for_everybody(self, push):
        a_variation(push, "First", GERMAN)
        a_variation(push, "All", {})
        a_variation(push, "After", VIP)

        assert self.reasons(push) == {
            "First": "",
            "All": "",
            "After": "“All” before it is for everybody.",
        }

    @pytest.mark.parametrize(
        "same",
        [
            {"all": [VIP, GERMAN]},
            {"all": [{"any": [GERMAN]}, VIP]},
            {"all": [{"all": [GERMAN, VIP]}]},
        ],
    )
    def test_it_warns_of_the_same_rule_however_it_is_written(self, push, same):
        a_variation(push, "First", {"all": [GERMAN, VIP]})
        a_variation(push, "Again", same)

        assert self.reasons(push)["Again"] == "“First” before it has the same rule."

    def test_it_does_not_warn_of_other_rules(self, push):
        a_variation(push, "One", {"any": [GERMAN, VIP]})
        a_variation(push, "Two", {"all": [GERMAN, VIP]})
        a_variation(push, "Three", {"none": [GERMAN]})
        a_variation(push, "Four", GERMAN)

        assert set(self.reasons(push).values()) == {""}

    def test_drafts_and_broken_ones_take_nothing_from_others(self, push):
        a_variation(push, "Draft", {}, status="draft")
        a_variation(push, "Broken", GONE)
        a_variation(push, "Broken too", GONE)

        assert set(self.reasons(push).values()) == {""}

    def test_it_asks_no_database(self, push, django_assert_num_queries):
        a_variation(push)
        rows, context = variations.in_order(push), catalogue.of_site(push.site)

        with django_assert_num_queries(0):
            shares.never_wins(rows, context)
