import itertools

import pytest
from django.utils import timezone

from apps.delivery import popups
from apps.delivery.models import Popup
from apps.journeys import engine, kinds, publishing
from apps.journeys.models import Enrolment, Journey, Lead, PopupStep, Visit, WaitStep
from tests.factories import a_contact, a_popup, a_site

pytestmark = pytest.mark.django_db


def a_chain(site, *amounts):
    """A published journey of waits, one after the other."""
    journey = Journey.objects.create(site=site, name="Chain")
    steps = [
        WaitStep.objects.create(journey=journey, name=f"Wait {n}", position=n, amount=amount)
        for n, amount in enumerate(amounts)
    ]
    for step, following in itertools.pairwise(steps):
        Lead.objects.create(step=step, outcome="done", target=following)
    publishing.publish(journey)
    return journey


def enrolled(journey, number=1):
    first = journey.live_version.steps.first()
    rows = [
        Enrolment.objects.create(
            journey=journey,
            version=journey.live_version,
            contact=a_contact(journey.site),
            step=first,
            number=1,
        )
        for _ in range(number)
    ]
    Visit.objects.bulk_create(Visit(enrolment=row, step=first, number=1) for row in rows)
    return rows


def time_is_over():
    Enrolment.objects.filter(due_at__isnull=False).update(due_at=timezone.now())


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

        # Out of one wait: steps, claim, visits, target, rows, numbers, new visits; then into
        # the next; then nothing is left.
        with django_assert_num_queries(15):
            engine.drain()

    def test_paused_lets_those_inside_go_on(self):
        journey = a_chain(a_site(), 1)
        (row,) = enrolled(journey)
        publishing.pause(journey)

        engine.drain()

        row.refresh_from_db()
        assert row.state == "waiting"

    def test_archived_moves_nobody(self):
        journey = a_chain(a_site(), 1)
        (row,) = enrolled(journey)

        publishing.archive(journey)

        row.refresh_from_db()
        assert (row.state, row.exit_reason, row.due_at) == ("left", "ended", None)
        assert row.visits.get().outcome == "ended"

    def test_one_bad_enrolment_does_not_stop_the_others(self, monkeypatch):
        good, bad = enrolled(a_chain(a_site(), 1), 2)
        real = kinds.KINDS["wait"].arrive

        def arrive(step, rows):
            if bad in rows:
                raise RuntimeError("broken")
            return real(step, rows)

        monkeypatch.setattr(kinds.KINDS["wait"], "arrive", arrive, raising=True)
        engine.drain()

        good.refresh_from_db()
        bad.refresh_from_db()
        assert (good.state, bad.state, bad.errors) == ("waiting", "ready", 1)
        assert bad.due_at > timezone.now()

    def test_it_sets_aside_what_fails_again_and_again(self, monkeypatch):
        (bad,) = enrolled(a_chain(a_site(), 1))

        def arrive(step, rows):
            raise RuntimeError("broken")

        monkeypatch.setattr(kinds.KINDS["wait"], "arrive", arrive)
        for _ in range(engine.MAX_ERRORS):
            engine.drain()
            time_is_over()

        bad.refresh_from_db()
        assert (bad.state, bad.due_at, bad.errors) == ("failed", None, engine.MAX_ERRORS)

    def test_it_writes_all_of_a_move_or_nothing(self, monkeypatch):
        (row,) = enrolled(a_chain(a_site(), 1, 1))
        engine.drain()
        time_is_over()
        monkeypatch.setattr(
            Visit.objects.__class__, "bulk_create", lambda *a, **k: 1 / 0, raising=False
        )

        engine.drain()

        row.refresh_from_db()
        assert (row.visit, row.state) == (1, "waiting")
        assert row.visits.get().left_at is None


class TestAnswer:
    @pytest.fixture
    def asked(self):
        site = a_site()
        journey = Journey.objects.create(site=site, name="Ask")
        PopupStep.objects.create(journey=journey, name="Popup", popup=a_popup(site))
        publishing.publish(journey)
        (row,) = enrolled(journey)
        engine.drain()
        return row

    def test_it_leads_a_waiting_contact_on(self, asked):
        assert engine.answer(asked.pk, 1, "declined")

        assert asked.visits.get().outcome == "declined"

    def test_it_counts_once(self, asked):
        engine.answer(asked.pk, 1, "declined")

        assert not engine.answer(asked.pk, 1, "allowed")

        assert asked.visits.get().outcome == "declined"

    def test_it_comes_too_late_after_the_time_is_over(self, asked):
        time_is_over()
        engine.drain()

        assert not engine.answer(asked.pk, 1, "allowed")

        assert asked.visits.get().outcome == "unseen"

    def test_it_reads_an_answer_that_was_never_heard(self, asked):
        Popup.objects.update(status=popups.Status.DECLINED)
        time_is_over()

        engine.drain()

        assert asked.visits.get().outcome == "declined"

    def test_it_withdraws_the_popup_when_its_time_is_over(self, asked):
        time_is_over()

        engine.drain()

        assert Popup.objects.get().status == "unseen"
