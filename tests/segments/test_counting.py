import pytest
from django.db import connection, transaction

from apps.accounts.models import Contact
from apps.segments import catalogue, counting, rules
from tests.factories import a_contact, a_site, an_event
from tests.segments.contexts import did, field

pytestmark = pytest.mark.django_db

GERMAN = field("language", "is", "de")


@pytest.fixture
def site():
    return a_site()


def people(site, number, **values):
    return Contact.objects.bulk_create(Contact(site=site, **values) for _ in range(number))


class TestCount:
    def test_it_counts_all_and_the_reachable(self, site):
        people(site, 2, language="de")
        people(site, 3, language="de", is_reachable=True)
        people(site, 1, language="fr", is_reachable=True)
        people(a_site(), 4, language="de")
        context = catalogue.of_site(site)

        assert counting.count(GERMAN, context) == counting.Numbers(
            contacts=5, reachable=3, is_exact=True
        )
        assert counting.count({}, context) == counting.Numbers(
            contacts=6, reachable=4, is_exact=True
        )

    def test_it_refuses_a_broken_rule(self, site):
        with pytest.raises(rules.Broken):
            counting.count(field("state.gone", "is", "x"), catalogue.of_site(site))

    def test_it_needs_one_query(self, site, django_assert_max_num_queries):
        people(site, 3)
        context = catalogue.of_site(site)

        # On PostgreSQL with what the query may use, and a savepoint around it.
        with django_assert_max_num_queries(1 if connection.vendor == "sqlite" else 5):
            counting.count(GERMAN, context)

    def test_it_leaves_the_database_as_it_was(self, site):
        before = settings_now()

        counting.count(GERMAN, catalogue.of_site(site))

        assert settings_now() == before


class TestEstimate:
    def test_it_counts_whole_where_the_site_is_small(self, site):
        people(site, 5, language="de", bucket=7)

        assert counting.estimate(GERMAN, catalogue.of_site(site)) == counting.Numbers(
            contacts=5, reachable=0, is_exact=True
        )

    def test_it_takes_one_bucket_for_all_where_it_is_large(self, site):
        people(site, 300, language="de", bucket=0)
        people(site, 100, language="de", bucket=0, is_reachable=True)
        people(site, 5, language="fr", bucket=0)
        people(site, 50, language="de", bucket=1)

        assert counting.estimate(GERMAN, catalogue.of_site(site)) == counting.Numbers(
            contacts=40_000, reachable=10_000, is_exact=False
        )

    def test_it_asks_events_of_the_bucket_alone(self, site):
        people(site, 300, bucket=0)
        for bucket in (0, 0, 1):
            an_event(a_contact(site, bucket=bucket))
        context = catalogue.of_site(site)

        assert counting.estimate(did(), context).contacts == 200
        assert counting.estimate({"none": [did()]}, context).contacts == 30_000


class TestAtMost:
    def test_it_ends_what_takes_too_long(self, site):
        with pytest.raises(counting.TooSlow), counting.at_most(0.05):
            wait_for_ever()

    def test_it_lets_the_next_take_its_time(self, site):
        with pytest.raises(counting.TooSlow), counting.at_most(0.05):
            wait_for_ever()

        with counting.at_most(5):
            assert Contact.objects.count() == 0

    def test_it_hides_no_other_error(self, site):
        with (
            pytest.raises(Exception, match="no_such_table"),
            transaction.atomic(),
            counting.at_most(5),
            connection.cursor() as cursor,
        ):
            cursor.execute("SELECT * FROM no_such_table")


def wait_for_ever():
    endless = (
        "SELECT pg_sleep(60)"
        if connection.vendor == "postgresql"
        else "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
    )
    with connection.cursor() as cursor:
        cursor.execute(endless)
        cursor.fetchall()


def settings_now():
    if connection.vendor == "sqlite":
        return None
    found = []
    with connection.cursor() as cursor:
        for name in ("work_mem", "jit", "statement_timeout", "max_parallel_workers_per_gather"):
            cursor.execute(f"SHOW {name}")
            found.append(cursor.fetchone())
    return found
