import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts import inserting
from apps.delivery import popups, wanted
from apps.delivery.models import Popup
from apps.journeys import engine, kinds, lifecycle, publishing
from apps.journeys.models import Enrolment, Journey, PopupStep, Visit
from apps.journeys.models.message_keys import campaign
from tests.factories import a_contact, a_popup, a_site
from tests.journeys.flows import a_chain, enrolled, time_is_over

pytestmark = pytest.mark.django_db


class TestDrain:
    def test_it_lets_time_pass_at_a_wait(self):
        (row,) = enrolled(a_chain(a_site(), 2))

        engine.drain()

        row.refresh_from_db()
        days = (row.due_at - timezone.now()).total_seconds() / 86_400
        assert row.state == "waiting"
        assert 1.99 < days <= 2

    def test_it_leads_from_step_to_step_to_the_end(self):
        (row,) = enrolled(a_chain(a_site(), 1, 1))

        for _ in range(3):
            engine.drain()
            time_is_over()

        row.refresh_from_db()
        assert (row.state, row.exit_reason, row.visit) == ("left", "end", 2)
        visits = list(row.visits.values_list("number", "step__name", "outcome"))
        assert visits == [(1, "Wait 0", "done"), (2, "Wait 1", "done")]

    def test_it_does_nothing_where_nothing_is_due(self):
        enrolled(a_chain(a_site(), 1))
        engine.drain()

        assert engine.drain() == 0

    @pytest.mark.parametrize("number", [1, 3])
    def test_it_needs_the_same_queries_for_any_number(self, number, django_assert_num_queries):
        enrolled(a_chain(a_site(), 1, 1), number)
        engine.drain()
        time_is_over()

        # Who is due; out of one wait (savepoint, is it live, claim, target, visits in a savepoint,
        # rows, numbers, release); who is due; into the next (savepoint, is it live, claim, rows,
        # release); who is due. On SQLite no batch is full, so each is the step's last.
        with django_assert_num_queries(1 + 10 + 1 + 5 + 1):
            engine.drain()

    def test_paused_lets_those_inside_go_on(self):
        journey = a_chain(a_site(), 1)
        (row,) = enrolled(journey)
        lifecycle.pause(journey)

        engine.drain()

        row.refresh_from_db()
        assert row.state == "waiting"

    def test_archived_moves_nobody(self):
        journey = a_chain(a_site(), 1)
        (row,) = enrolled(journey)

        lifecycle.archive(journey)

        row.refresh_from_db()
        assert (row.state, row.exit_reason, row.due_at) == ("left", "ended", None)
        assert row.visits.get().outcome == "ended"

    def test_held_moves_nobody_and_later_everybody(self):
        journey = a_chain(a_site(), 1)
        (row,) = enrolled(journey)
        Journey.objects.update(is_held=True)

        assert engine.drain() == 0
        Journey.objects.update(is_held=False)
        assert engine.drain() == 1

        row.refresh_from_db()
        assert row.state == "waiting"

    def test_holding_is_heeded_between_two_batches_of_a_turn(self, monkeypatch, small_batches):
        enrolled(a_chain(a_site(), 1), 4)
        real = kinds.KINDS["wait"].arrive

        def arrive(batch):
            Journey.objects.update(is_held=True)
            return real(batch)

        monkeypatch.setattr(kinds.KINDS["wait"], "arrive", arrive)

        assert engine.drain() == 2
        assert Enrolment.objects.filter(state="ready").count() == 2

    def test_it_does_not_move_others_than_it_is_told_to(self):
        own, other = enrolled(a_chain(a_site(), 1), 2)

        assert engine.drain(only=[own.pk]) == 1

        states = dict(Enrolment.objects.values_list("pk", "state"))
        assert states == {own.pk: "waiting", other.pk: "ready"}

    def test_it_writes_all_of_a_move_or_nothing(self, monkeypatch):
        (row,) = enrolled(a_chain(a_site(), 1, 1))
        engine.drain()
        time_is_over()
        monkeypatch.setattr(Visit.objects.__class__, "record", lambda *a, **k: 1 / 0)

        engine.drain()

        row.refresh_from_db()
        assert (row.visit, row.state, row.step.name) == (1, "waiting", "Wait 0")
        assert row.visits.count() == 0

    def test_who_becomes_another_contact_while_contacts_are_held_waits_for_the_next_time(
        self, monkeypatch
    ):
        monkeypatch.setattr(kinds.KINDS["wait"], "holds_contacts", True, raising=False)
        (row,) = enrolled(a_chain(site := a_site(), 1))
        other = a_contact(site)

        def merge(execute, sql, *args):
            answer = execute(sql, *args)
            if "SELECT" in sql and "accounts_contact" in sql:
                Enrolment.objects.filter(pk=row.pk).update(contact=other)
            return answer

        with connection.execute_wrapper(merge):
            engine.drain(seconds=1)

        row.refresh_from_db()
        assert (row.contact, row.state) == (other, "ready")
        engine.drain(seconds=1)
        row.refresh_from_db()
        assert row.state == "waiting"

    @pytest.mark.parametrize("number", [1, 2])
    def test_only_a_large_batch_does_not_wait_for_the_disk(self, monkeypatch, number):
        monkeypatch.setattr(inserting, "LARGE", 2)
        enrolled(a_chain(a_site(), 1), number)

        with CaptureQueriesContext(connection) as queries:
            engine.drain()

        said = [query["sql"] for query in queries if "synchronous_commit" in query["sql"]]
        # Elsewhere there is no such choice.
        is_large = number == 2 and connection.vendor == "postgresql"
        assert said == (["SET LOCAL synchronous_commit TO off"] if is_large else [])

    def test_it_loads_no_context_that_nobody_reads(self):
        enrolled(a_chain(a_site(), 1), 2)

        with CaptureQueriesContext(connection) as queries:
            engine.drain()

        assert not [row for row in queries if '"context"' in row["sql"]]


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setattr(engine, "BATCHES", dict.fromkeys(engine.BATCHES, 2))


class TestFairness:
    def test_a_step_has_four_batches_before_the_next_one_has_its_turn(
        self, monkeypatch, small_batches
    ):
        many, few = a_chain(a_site(), 1), a_chain(a_site(), 1)
        enrolled(many, 10)
        enrolled(few, 1)
        came = []
        real = kinds.KINDS["wait"].arrive

        def arrive(batch):
            came.append((batch.step.version.journey_id, len(batch.rows)))
            return real(batch)

        monkeypatch.setattr(kinds.KINDS["wait"], "arrive", arrive)
        engine.drain()

        assert came == [(many.pk, 2)] * 4 + [(few.pk, 1), (many.pk, 2)]

    def test_the_longest_due_come_first(self, small_batches, monkeypatch):
        rows = enrolled(a_chain(a_site(), 1), 3)
        late = rows[2]
        Enrolment.objects.filter(pk=late.pk).update(
            due_at=timezone.now() - timezone.timedelta(hours=1)
        )
        monkeypatch.setattr(engine, "TURN", 1)
        came = []
        real = kinds.KINDS["wait"].arrive
        monkeypatch.setattr(
            kinds.KINDS["wait"],
            "arrive",
            lambda batch: came.append([row.pk for row in batch.rows]) or real(batch),
        )

        engine.drain()

        assert came[0][0] == late.pk


class TestUnheardAnswers:
    @pytest.fixture
    def asked(self):
        site = a_site()
        journey = Journey.objects.create(site=site, name="Ask")
        PopupStep.objects.create(journey=journey, name="Popup", popup=a_popup(site))
        publishing.publish(journey)
        (row,) = enrolled(journey)
        engine.drain()
        return row

    def test_it_reads_an_answer_that_was_never_heard(self, asked):
        Popup.objects.update(status=popups.Status.DECLINED)
        time_is_over()

        engine.drain()

        assert asked.visits.get().outcome == "declined"

    def test_it_withdraws_the_popup_when_its_time_is_over(self, asked):
        time_is_over()

        engine.drain()

        assert Popup.objects.get().status == "unseen"

    def test_a_popup_that_was_withdrawn_is_one_that_nobody_saw(self, asked):
        wanted.withdraw(campaign=campaign(asked.journey_id))
        time_is_over()

        engine.drain()

        assert asked.visits.get().outcome == "unseen"
        assert Popup.objects.get().status == "withdrawn"
