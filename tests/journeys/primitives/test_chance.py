from collections import Counter

import pytest

from apps.accounts.models import Contact, Event
from apps.journeys.primitives import chance
from tests.factories import a_contact, a_site, an_event

IDS = range(1, 100_001)
# Chi-square that fair numbers exceed once in a million times: at 99 and at 81 degrees of freedom.
AT_MOST_OF_100, AT_MOST_OF_100_PAIRS = 185, 185
SEEDS = ["1:control", "2:control", "3:control", "1:a1b2c3", "1:a1b2c4", ""]


def chi_square(counts, cells, total):
    expected = total / cells
    return sum((counts[cell] - expected) ** 2 / expected for cell in range(cells))


class TestOf:
    @pytest.mark.parametrize("seed", SEEDS)
    def test_each_percent_is_as_likely(self, seed):
        counts = Counter(chance.of(pk, seed) // 100 for pk in IDS)

        assert chi_square(counts, 100, len(IDS)) < AT_MOST_OF_100

    @pytest.mark.parametrize("seed", SEEDS)
    def test_each_remainder_is_as_likely(self, seed):
        counts = Counter(chance.of(pk, seed) % 100 for pk in IDS)

        assert chi_square(counts, 100, len(IDS)) < AT_MOST_OF_100

    @pytest.mark.parametrize("other", SEEDS[1:])
    def test_one_seed_says_nothing_about_another(self, other):
        counts = Counter(
            chance.of(pk, SEEDS[0]) // 1000 * 10 + chance.of(pk, other) // 1000 for pk in IDS
        )

        assert chi_square(counts, 100, len(IDS)) < AT_MOST_OF_100_PAIRS

    def test_one_contact_says_nothing_about_the_next(self):
        counts = Counter(
            chance.of(pk, "seed") // 1000 * 10 + chance.of(pk + 1, "seed") // 1000 for pk in IDS
        )

        assert chi_square(counts, 100, len(IDS)) < AT_MOST_OF_100_PAIRS

    def test_it_stays_what_it_was(self):
        assert [chance.of(pk, "1:control") for pk in (1, 2, 2**40)] == [21, 4235, 909]


@pytest.mark.django_db
class TestExpression:
    @pytest.mark.parametrize("pk", [1, 2_147_483_646, 2_147_483_648, 2**62])
    def test_the_database_computes_the_same(self, pk):
        a_contact(a_site(), pk=pk)

        asked = Contact.objects.annotate(chance=chance.expression("pk", "7:control"))

        assert asked.get().chance == chance.of(pk, "7:control")

    def test_it_can_be_asked_of_a_column_that_points_to_a_contact(self):
        event = an_event(a_contact(a_site()))
        rows = Event.objects.annotate(chance=chance.expression("contact_id", "s"))

        assert rows.get().chance == chance.of(event.contact_id, "s")
