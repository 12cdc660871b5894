"""Several pushes at one step: who gets which."""

import pytest
from django.utils import timezone

from apps.assets import models as assets
from apps.delivery.models import Push
from apps.journeys.kinds import Batch
from apps.journeys.kinds.messages import PushKind
from apps.journeys.models import CompiledStep, Enrolment, Winner
from tests.factories import a_push, a_site
from tests.journeys.kinds.flows import arrive, enter
from tests.journeys.kinds.messages import a_push_flow, receivers, sent, ways

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return a_site()


class TestAlternatives:
    @pytest.fixture
    def pushes(self, site):
        return [a_push(site) for _ in range(3)]

    def test_each_contact_gets_one_and_always_the_same(self, site, pushes):
        first, second, _ = pushes
        journey = a_push_flow(site, (second, 1), push=first)
        contacts = receivers(site, 12)
        arrive(enter(journey, contacts))
        before = sent(*contacts)
        Push.objects.all().delete()

        arrive(enter(journey, contacts))

        assert set(before) == {first.pk, second.pk}
        assert sent(*contacts) == before

    def test_as_many_get_each_as_its_weight_says(self, site, pushes):
        step = CompiledStep(
            key="a-step",
            config={"pushes": [[push.pk, 1 + number] for number, push in enumerate(pushes)],
                    "winner_after": 0},
        )  # fmt: skip
        rows = [Enrolment(contact_id=number) for number in range(6000)]

        shared = PushKind()._shared(Batch(step=step, rows=rows, now=timezone.now()), rows)

        counts = {push.pk: len(group) for push, group in shared}
        assert [abs(counts[push.pk] - 1000 * n) < 100 for n, push in enumerate(pushes, 1)] == [
            True, True, True,
        ]  # fmt: skip

    def test_one_that_is_not_active_is_left_out_and_the_others_keep_theirs(self, site, pushes):
        first, second, third = pushes
        journey = a_push_flow(site, (second, 1), (third, 1), push=first)
        contacts = receivers(site, 15)
        arrive(enter(journey, contacts))
        before = sent(*contacts)
        Push.objects.all().delete()
        assets.Push.objects.filter(pk=second.pk).update(status="archived")

        moves = arrive(enter(journey, contacts))

        after = sent(*contacts)
        assert ways(moves) == {("sent", ""): 15}
        assert set(after) == {first.pk, third.pk}
        kept = [number for number, pk in enumerate(before) if pk != second.pk]
        assert kept
        assert [after[number] for number in kept] == [before[number] for number in kept]

    def test_it_holds_back_only_where_none_is_active(self, site, pushes):
        journey = a_push_flow(site, (pushes[1], 1), push=pushes[0])
        assets.Push.objects.update(status="archived")

        moves = arrive(enter(journey, receivers(site, 2)))

        assert ways(moves) == {("held_back", "not_active"): 2}

    def test_all_get_the_one_that_has_won(self, site, pushes):
        first, second, _ = pushes
        journey = a_push_flow(site, (second, 1), push=first, winner_after=10)
        self.won(journey, second, {first.pk, second.pk})
        contacts = receivers(site, 8)

        arrive(enter(journey, contacts))

        assert set(sent(*contacts)) == {second.pk}

    def test_one_that_won_among_others_has_not_won_here(self, site, pushes):
        first, second, third = pushes
        journey = a_push_flow(site, (second, 1), push=first, winner_after=10)
        self.won(journey, second, {second.pk, third.pk})
        contacts = receivers(site, 12)

        arrive(enter(journey, contacts))

        assert set(sent(*contacts)) == {first.pk, second.pk}

    def test_one_that_has_won_and_is_not_active_any_more_is_left_out(self, site, pushes):
        first, second, _ = pushes
        journey = a_push_flow(site, (second, 1), push=first, winner_after=10)
        self.won(journey, second, {first.pk, second.pk})
        assets.Push.objects.filter(pk=second.pk).update(status="archived")
        contacts = receivers(site, 4)

        arrive(enter(journey, contacts))

        assert set(sent(*contacts)) == {first.pk}

    def won(self, journey, push, among):
        Winner.objects.create(
            journey=journey,
            step_key=journey.steps.get().key,
            push=push,
            counts={str(pk): {"sent": 5, "clicked": 1} for pk in among},
        )
