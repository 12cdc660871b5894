import pytest
from django.utils import timezone

from apps.journeys import engine, kinds
from apps.journeys.models import Enrolment
from tests.factories import a_site
from tests.journeys.flows import a_chain, enrolled, time_is_over

pytestmark = pytest.mark.django_db


class Fails:
    """A kind's coming that fails for some."""

    def __init__(self, monkeypatch, bad):
        self.bad, self.tried = {row.pk for row in bad}, []
        self.real = kinds.KINDS["wait"].arrive
        monkeypatch.setattr(kinds.KINDS["wait"], "arrive", self)

    def __call__(self, batch):
        ids = {row.pk for row in batch.rows}
        self.tried.append(len(ids))
        if ids & self.bad:
            raise RuntimeError("broken")
        return self.real(batch)


class TestErrors:
    def test_one_bad_enrolment_does_not_stop_the_others(self, monkeypatch):
        *good, bad = enrolled(a_chain(a_site(), 1), 8)
        fails = Fails(monkeypatch, [bad])

        engine.drain()

        bad.refresh_from_db()
        assert Enrolment.objects.filter(state="waiting").count() == len(good) == 7
        assert (bad.state, bad.errors) == ("ready", 1)
        assert bad.due_at > timezone.now()
        # Halves, not one by one.
        assert fails.tried == [8, 8, 4, 4, 2, 2, 1, 1]

    def test_it_sets_aside_what_fails_again_and_again(self, monkeypatch):
        (bad,) = enrolled(a_chain(a_site(), 1))
        Fails(monkeypatch, [bad])

        for _ in range(engine.MAX_ERRORS):
            engine.drain()
            time_is_over()

        bad.refresh_from_db()
        assert (bad.state, bad.due_at, bad.errors) == ("failed", None, engine.MAX_ERRORS)
        assert engine.drain() == 0

    def test_who_is_led_on_meanwhile_is_not_put_off(self, monkeypatch):
        (row,) = enrolled(a_chain(a_site(), 1))
        now = timezone.now()

        def lead_on():
            Enrolment.objects.filter(pk=row.pk).update(visit=2, due_at=now)
            return now

        monkeypatch.setattr(timezone, "now", lead_on)
        engine._note_error(row.pk)

        row.refresh_from_db()
        assert (row.visit, row.errors, row.due_at) == (2, 0, now)

    def test_a_step_that_fails_for_everybody_sets_aside_nobody_in_haste(self, monkeypatch):
        rows = enrolled(a_chain(a_site(), 1), 5)
        Fails(monkeypatch, rows)
        monkeypatch.setattr(engine, "MAX_FAILING", 2)

        engine.drain()

        assert sorted(Enrolment.objects.values_list("errors", flat=True)) == [0, 0, 0, 1, 1]
        assert not Enrolment.objects.filter(due_at__lte=timezone.now()).exists()

    def test_it_goes_on_at_other_steps(self, monkeypatch):
        bad = enrolled(a_chain(a_site(), 1))
        (good,) = enrolled(a_chain(a_site(), 1))
        Fails(monkeypatch, bad)

        engine.drain()

        good.refresh_from_db()
        assert good.state == "waiting"

    def test_errors_are_forgotten_when_it_waits_and_when_it_goes_on(self):
        (row,) = enrolled(a_chain(a_site(), 1, 1))
        for place in (("Wait 0", "waiting"), ("Wait 1", "waiting")):
            Enrolment.objects.update(errors=engine.MAX_ERRORS - 1)

            engine.drain()

            row.refresh_from_db()
            assert (row.step.name, row.state, row.errors) == (*place, 0)
            time_is_over()

    def test_what_was_set_aside_comes_to_its_step_anew_when_asked(self):
        row, _other = enrolled(a_chain(a_site(), 1), 2)
        Enrolment.objects.filter(pk=row.pk).update(state="failed", due_at=None, errors=5)

        assert engine.retry(Enrolment.objects.all()) == 1
        row.refresh_from_db()
        assert (row.state, row.errors) == ("ready", 0)
        engine.drain()

        row.refresh_from_db()
        assert (row.state, row.errors, row.visit) == ("waiting", 0, 1)
