import pytest
from django.db.models import Sum
from django.utils import timezone

from apps.accounts.models import WakeUp
from apps.journeys import engine, lifecycle
from apps.journeys.entry import capping
from apps.journeys.models import Enrolment, LeaveStep, StartStep, TagStep, Tally
from tests.factories import a_contact, a_site
from tests.journeys.kinds.flows import a_flow, enter, outcomes, publish_again, queries_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return a_site()


class TestStart:
    @pytest.fixture
    def target(self, site):
        return a_flow(site, TagStep(tag="it", source="event.price"), entry_kind="call")

    def inside(self, journey):
        rows = Enrolment.objects.filter(journey=journey).order_by("pk")
        return [(row.contact, row.entry_key, row.context) for row in rows]

    def test_it_lets_in_who_may_with_what_tags_may_name(self, site, target):
        journey = a_flow(site, StartStep(target=target))
        new, been = a_contact(site), a_contact(site)
        outcomes(enter(journey, [been]))
        rows = enter(journey, [new], event={"price": 9}) + enter(journey, [been])

        assert outcomes(rows) == ["started", "refused"]
        assert self.inside(target)[1][::2] == (
            new,
            {"event": {"price": 9}, "journey": {"it": 9}, "chain": 1},
        )

    def test_each_visit_starts_it_where_it_may_be_entered_every_time(self, site, target):
        target.reentry = "every"
        target.save()
        publish_again(target)
        journey = a_flow(site, StartStep(target=target), StartStep(target=target))
        person = a_contact(site)
        first, second = rows = enter(journey, [person, person])

        assert outcomes(rows) == ["started", "started"]
        keys = {key for _, key, _ in self.inside(target)}
        assert keys == {f"call:start:{pk}:{n}" for pk in (first.pk, second.pk) for n in (1, 2)}

    def test_who_comes_twice_at_a_moment_is_counted_twice(self, site):
        terms = {"entry_kind": "call", "reentry": "every", "total_cap": 3}
        target = a_flow(site, LeaveStep(), **terms)
        journey = a_flow(site, StartStep(target=target))
        person = a_contact(site)

        assert outcomes(enter(journey, [person, person])) == ["started", "started"]

        step = target.live_version.steps.get()
        came = Tally.objects.filter(step=step, outcome="").aggregate(Sum("count"))
        assert came == {"count__sum": 2}
        target.refresh_from_db()
        assert (capping.used(target.live_version), target.status) == (2, "active")

    def test_it_starts_the_version_that_is_live_then(self, site, target):
        journey = a_flow(site, StartStep(target=target))
        publish_again(target)
        outcomes(enter(journey, [a_contact(site)]))

        assert Enrolment.objects.get(journey=target).version.number == 2

    def test_a_worker_moves_who_has_come_in(self, site, target, django_capture_on_commit_callbacks):
        journey = a_flow(site, StartStep(target=target))
        (row,) = enter(journey, [a_contact(site)])
        WakeUp.objects.all().delete()

        with django_capture_on_commit_callbacks(execute=True):
            engine.drain(only=[row.pk])

        assert Enrolment.objects.get(journey=target).state == "ready"
        assert WakeUp.objects.get(task="apps.journeys.tasks.advance").is_called

    def test_it_starts_nothing_that_lets_nobody_in(self, site, target):
        journey = a_flow(site, StartStep(target=target))
        lifecycle.pause(target)

        assert outcomes(enter(journey, [a_contact(site)])) == ["refused"]
        assert self.inside(target) == []

    def test_journeys_that_start_one_another_let_time_pass(self, site):
        terms = {"entry_kind": "call", "reentry": "every"}
        other = a_flow(site, LeaveStep(), **terms)
        journey = a_flow(site, StartStep(target=other), **terms)
        # Publishing refuses it; two who publish at the same moment could.
        other.live_version.steps.update(kind="start", config={"journey": journey.pk})
        outcomes(enter(journey, [a_contact(site)]))

        *_, last = Enrolment.objects.order_by("pk")
        assert (last.context["chain"], last.state) == (3, "ready")
        assert last.due_at - last.entered_at == timezone.timedelta(minutes=1)

    @pytest.mark.parametrize("number", [1, 3])
    def test_it_needs_the_same_queries_for_any_number(self, site, target, number):
        journey = a_flow(site, StartStep(target=target))
        rows = enter(journey, [a_contact(site) for _ in range(number)])

        # The version; who may; the first step; the rows, which are new, whose; the numbers.
        assert queries_of(rows) == 7
