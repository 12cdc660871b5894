from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.delivery.models import Push
from apps.journeys.models import Journey, PushAlternative, PushStep, Winner
from apps.journeys.primitives import winners
from tests.factories import a_push, a_site, a_subscription
from tests.journeys.kinds.flows import a_flow, publish_again

pytestmark = pytest.mark.django_db


class Contest:
    """A live journey whose step sends one of two pushes, and those that it has sent."""

    def __init__(self, winner_after=4):
        site = a_site()
        self.first, self.second = a_push(site), a_push(site)
        step = PushStep(push=self.first, winner_after=winner_after)
        self.journey = a_flow(site, step)
        self.step = step
        self.add(self.second)
        self.device = a_subscription().device

    def add(self, push):
        PushAlternative.objects.create(step=self.step, push=push, share=1)
        publish_again(self.journey)

    def sent(self, push, number, *, clicked=0, ago=timedelta(hours=1), status="accepted"):
        now, before = timezone.now(), Push.objects.count()
        Push.objects.bulk_create(
            Push(
                key=f"{self.step.key}:{before + n}",
                campaign=f"journey:{self.journey.pk}",
                step=self.step.key,
                contact=self.device.contact,
                device=self.device,
                asset=push,
                status=status,
                expires_at=now,
                accepted_at=now - ago if status == "accepted" else None,
                clicked_at=now if n < clicked else None,
            )
            for n in range(number)
        )

    def winner(self):
        pushes = [self.first.pk, self.second.pk]
        return winners.of(self.journey.pk, self.step.key, pushes)


@pytest.fixture
def contest():
    return Contest()


class TestDecide:
    def test_the_one_clicked_most_often_wins(self, contest):
        contest.sent(contest.first, 3, clicked=1)
        contest.sent(contest.second, 2, clicked=1)

        assert winners.decide() == 1

        assert contest.winner() == contest.second.pk
        assert Winner.objects.get().counts == {
            str(contest.first.pk): {"sent": 3, "clicked": 1},
            str(contest.second.pk): {"sent": 2, "clicked": 1},
        }

    def test_it_is_decided_once(self, contest):
        contest.sent(contest.first, 4, clicked=1)
        contest.sent(contest.second, 4)
        winners.decide()
        contest.sent(contest.second, 4, clicked=4)

        assert winners.decide() == 0
        assert contest.winner() == contest.first.pk

    def test_nobody_wins_before_enough_were_sent(self, contest):
        contest.sent(contest.first, 3, clicked=3)
        contest.sent(contest.second, 5, status="queued")
        contest.sent(contest.second, 5, status="failed")

        assert winners.decide() == 0
        assert contest.winner() is None

    def test_those_sent_just_now_do_not_count_yet(self, contest):
        contest.sent(contest.first, 3, clicked=1)
        contest.sent(contest.second, 9, clicked=9, ago=timedelta(minutes=29))

        assert winners.decide() == 0

        contest.sent(contest.second, 1, ago=timedelta(minutes=31))
        winners.decide()
        assert contest.winner() == contest.first.pk

    def test_nobody_wins_as_long_as_nobody_has_clicked(self, contest):
        contest.sent(contest.first, 9)
        contest.sent(contest.second, 9)

        assert winners.decide() == 0

    def test_of_equal_ones_the_first_wins(self, contest):
        contest.sent(contest.second, 4, clicked=2)
        contest.sent(contest.first, 4, clicked=2)

        winners.decide()

        assert contest.winner() == contest.first.pk

    def test_one_that_was_never_sent_can_lose(self, contest):
        contest.sent(contest.second, 4, clicked=1)

        winners.decide()

        assert contest.winner() == contest.second.pk

    def test_another_push_at_the_step_makes_another_contest(self, contest):
        contest.sent(contest.first, 4, clicked=1)
        winners.decide()
        contest.add(third := a_push(contest.journey.site))
        assert contest.winner() == contest.first.pk
        contest.sent(third, 4, clicked=4)

        assert winners.decide() == 1

        pushes = [contest.first.pk, contest.second.pk, third.pk]
        assert winners.of(contest.journey.pk, contest.step.key, pushes) == third.pk
        assert contest.winner() is None

    def test_without_a_number_nobody_ever_wins(self):
        contest = Contest(winner_after=0)
        contest.sent(contest.first, 9, clicked=9)

        assert winners.decide() == 0

    def test_a_journey_that_is_over_decides_nothing(self, contest):
        contest.sent(contest.first, 4, clicked=1)
        Journey.objects.filter(pk=contest.journey.pk).update(status="archived")

        assert winners.decide() == 0

    @pytest.mark.parametrize("number", [1, 3])
    def test_it_needs_the_same_queries_for_any_number(self, number):
        for _ in range(number):
            contest = Contest()
            contest.sent(contest.first, 3)

        with CaptureQueriesContext(connection) as queries:
            assert winners.decide() == 0

        assert len(queries) == 3
