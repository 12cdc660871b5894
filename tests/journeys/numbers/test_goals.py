from datetime import timedelta

import pytest
from django.utils import timezone

from apps.journeys import publishing
from apps.journeys.models import Enrolment, Version
from apps.journeys.numbers import goals
from apps.journeys.numbers.goals import Conversion
from tests.factories import a_site
from tests.journeys.flows import a_chain, enrolled, inside_again


class TestOfDifference:
    @pytest.mark.parametrize(
        ("counts", "bounds"),
        # Table II of Newcombe 1998, method 10.
        [
            ((56, 70, 48, 80), (0.0524, 0.3339)),
            ((9, 10, 3, 10), (0.1705, 0.8090)),
            ((6, 7, 2, 7), (0.0582, 0.8062)),
            ((5, 56, 0, 29), (-0.0381, 0.1926)),
            ((0, 10, 0, 20), (-0.1611, 0.2775)),
            ((0, 10, 0, 10), (-0.2775, 0.2775)),
            ((10, 10, 0, 20), (0.6791, 1.0000)),
            ((10, 10, 0, 10), (0.6075, 1.0000)),
        ],
    )
    def test_it_gives_the_published_bounds(self, counts, bounds):
        assert goals.of_difference(*counts) == pytest.approx(bounds, abs=0.00005)


def conversion(enrolled, converted, control, control_converted):
    return Conversion(
        enrolled=enrolled,
        converted=converted,
        control=control,
        control_converted=control_converted,
    )


class TestConversion:
    def test_it_means_something_when_all_the_interval_is_more(self):
        found = conversion(1_000, 120, 1_000, 70)

        assert (found.rate, found.control_rate) == (0.12, 0.07)
        assert found.difference == pytest.approx(0.05)
        assert found.is_meaningful
        assert found.words == (
            "The journey works: 12.0% reached the goal, and 7.0% of the control group. "
            "That is 2.4 to 7.6 percentage points more, with 95% certainty."
        )

    def test_it_means_something_when_all_the_interval_is_less(self):
        found = conversion(1_000, 70, 1_000, 120)

        assert found.is_meaningful
        assert found.words == (
            "The journey does harm: 7.0% reached the goal, and 12.0% of the control group. "
            "That is 2.4 to 7.6 percentage points less, with 95% certainty."
        )

    def test_it_may_be_chance(self):
        found = conversion(200, 21, 200, 18)

        assert not found.is_meaningful
        assert found.words == (
            "This may be chance: 10.5% reached the goal, and 9.0% of the control group. "
            "The true difference is between -4.4 and +7.5 percentage points, with 95% certainty."
        )

    def test_it_means_nothing_when_groups_are_too_small(self):
        found = conversion(2_000, 900, 29, 1)

        assert found.interval[0] > 0
        assert not found.is_meaningful
        assert found.words == (
            "Too few to tell: 2,000 entered and 29 were kept out. It takes at least 30 of each."
        )

    def test_it_compares_with_nobody_without_a_control_group(self):
        found = conversion(200, 20, 0, 0)

        assert (found.control_rate, found.difference, found.interval) == (None, None, None)
        assert not found.is_meaningful
        assert found.words == (
            "10.0% of those who entered reached the goal. How many would have anyway, only a "
            "control group can tell."
        )

    def test_it_says_so_when_nobody_has_entered(self):
        found = conversion(0, 0, 0, 0)

        assert (found.rate, found.interval, found.words) == (None, None, "Nobody has entered yet.")


@pytest.mark.django_db
class TestOfJourney:
    def test_it_counts_each_contact_by_its_first_time(self):
        journey = a_chain(a_site(), 1)
        first, second, third, kept_out = enrolled(journey, 4)
        now = timezone.now()
        of = Enrolment.objects.filter
        of(pk=first.pk).update(converted_at=now)
        of(pk=kept_out.pk).update(converted_at=now)
        of(pk__in=[third.pk, kept_out.pk]).update(is_control=True)
        # The second time of a contact, with success.
        inside_again(second, converted_at=now)

        assert goals.of_journey(journey) == conversion(2, 1, 2, 1)

    def test_it_is_that_of_a_version_and_a_period(self, django_assert_num_queries):
        journey = a_chain(a_site(), 1)
        enrolled(journey, 2)
        old = journey.live_version
        publishing.publish(journey)
        (new,) = enrolled(journey)
        now = timezone.now()
        Enrolment.objects.filter(pk=new.pk).update(
            entered_at=now - timedelta(days=3), converted_at=now
        )

        day = timedelta(days=1)
        version = Version.objects.select_related("journey").get(pk=journey.live_version_id)
        with django_assert_num_queries(3):
            assert goals.of_version(old) == conversion(2, 0, 0, 0)
            assert goals.of_version(version) == conversion(1, 1, 0, 0)
            assert goals.of_journey(journey, since=now - 3 * day, until=now - day) == conversion(
                1, 1, 0, 0
            )
