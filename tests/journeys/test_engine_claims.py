"""Who is claimed beside others, and by which index: what only PostgreSQL can do."""

import threading
from contextlib import contextmanager

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.models import Contact, WakeUp
from apps.journeys import engine, kinds, lifecycle, moving_over, publishing, receivers
from apps.journeys.models import Enrolment, Version
from apps.journeys.primitives import waking
from tests.factories import a_site
from tests.journeys.flows import a_chain, enrolled
from tests.races import on_postgresql

pytestmark = [on_postgresql, pytest.mark.django_db]


class TestClaim:
    @pytest.mark.django_db(transaction=True)
    def test_it_passes_over_what_another_holds(self):
        held, free = enrolled(a_chain(a_site(), 1), 2)
        with elsewhere(Enrolment.objects.filter(pk=held.pk).select_for_update()):
            assert engine.drain(seconds=5) == 1

        states = dict(Enrolment.objects.values_list("pk", "state"))
        assert states == {held.pk: "ready", free.pk: "waiting"}

    @pytest.mark.django_db(transaction=True)
    def test_what_another_holds_of_one_s_own_is_left_to_a_worker(self):
        held, free = enrolled(a_chain(a_site(), 1), 2)
        WakeUp.objects.all().delete()
        with elsewhere(Enrolment.objects.filter(pk=held.pk).select_for_update()):
            engine.drain(only=[free.pk])
            assert not WakeUp.objects.filter(task=waking.ADVANCE).exists()
            engine.drain(only=[held.pk, free.pk])

        assert WakeUp.objects.get(task=waking.ADVANCE).is_called

    @pytest.mark.django_db(transaction=True)
    def test_a_kind_that_changes_contacts_passes_over_those_that_another_holds(self, monkeypatch):
        monkeypatch.setattr(kinds.KINDS["wait"], "holds_contacts", True, raising=False)
        held, free = enrolled(a_chain(a_site(), 1), 2)
        with elsewhere(Contact.objects.filter(pk=held.contact_id).select_for_update()):
            assert engine.drain(seconds=5) == 1

        states = dict(Enrolment.objects.values_list("pk", "state"))
        assert states == {held.pk: "ready", free.pk: "waiting"}

    def test_the_index_of_who_is_due_answers_who_and_where(self):
        journey = a_chain(a_site(), 1, 1)
        many_inside(journey, 20_000)
        step = journey.live_version.steps.first()

        claim = engine.due_at_step(step).select_for_update(skip_locked=True)[:5_000].explain()
        where = engine.steps_due().explain()

        for found in (claim, where):
            assert "enrolment_due" in found
            assert "Seq Scan on journeys_enrolment" not in found
            assert "Sort Key: journeys_enrolment" not in found


def rows_read(query):
    """How many enrolments the database reads for it."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {query}")
        nodes, read = [cursor.fetchone()[0][0]["Plan"]], 0
    while nodes:
        node = nodes.pop()
        nodes += node.get("Plans", [])
        if node.get("Relation Name") == "journeys_enrolment":
            rows = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
            read += rows * node["Actual Loops"]
    return read


class TestSweep:
    def test_nobody_who_is_inside_is_read_for_journeys_where_nobody_is(self):
        many_inside(a_chain(site := a_site(), 1, 1), 20_000)
        over, ending = ([a_chain(site, 1) for _ in range(3)] for _ in range(2))
        for journey in over:
            lifecycle.finish(journey)
        Version.objects.filter(journey__in=ending).update(ends_at=timezone.now())

        with CaptureQueriesContext(connection) as queries:
            assert lifecycle.sweep()
            assert lifecycle.finish_those_over() == 3
            assert not lifecycle.is_ending(over[0])
            assert moving_over.preview(ending[0]) == publishing.changes(ending[0]).inside == []

        asked = [row["sql"] for row in queries if row["sql"].startswith("SELECT")]
        asked = [sql for sql in asked if '"journeys_enrolment"' in sql]
        assert len(asked) >= 4
        assert sum(map(rows_read, asked)) == 0


def many_inside(journey, number):
    """Contacts at the first step, most of them waiting for tomorrow."""
    step = journey.live_version.steps.first()
    contacts = Contact.objects.bulk_create(Contact(site=journey.site) for _ in range(number))
    now = timezone.now()
    Enrolment.objects.bulk_create(
        Enrolment(
            journey=journey,
            version_id=step.version_id,
            contact=contact,
            step=step,
            number=1,
            entry_key="1",
            due_at=now + timezone.timedelta(days=n % 10),
        )
        for n, contact in enumerate(contacts)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE journeys_enrolment")


@contextmanager
def elsewhere(queryset):
    """Hold rows in a transaction of another connection."""
    reached, free = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            list(queryset)
            reached.set()
            free.wait(30)
        connections.close_all()

    thread = threading.Thread(target=hold, daemon=True)
    thread.start()
    assert reached.wait(30)
    try:
        yield
    finally:
        free.set()
        thread.join(30)


class TestTune:
    def test_the_table_where_everything_moves_is_tidied_up_early(self):
        receivers.tune()

        with connection.cursor() as cursor:
            cursor.execute("SELECT reloptions FROM pg_class WHERE relname = 'journeys_enrolment'")
            assert "autovacuum_vacuum_scale_factor=0.02" in cursor.fetchone()[0]
