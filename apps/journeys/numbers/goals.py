"""Whether a journey works: who reached its goal, beside those who were kept out of it.

The interval is Newcombe's for the difference of two proportions, from Wilson's score intervals of
each: R. G. Newcombe, "Interval estimation for the difference between independent proportions",
Statistics in Medicine 17 (1998), 873–890, method 10.
"""

from dataclasses import dataclass, field
from datetime import datetime
from math import sqrt

from django.db.models import Count, Q

from apps.journeys.models import Enrolment, Journey, Version

# The 97.5th percentile of the normal distribution: 95 % lie between it and its negative.
Z = 1.959964
# Below it one contact more or less is several percent, and no interval says much.
ENOUGH = 30

Interval = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Conversion:
    """Contacts who entered and who were kept out (`control`), and how many of each reached the
    goal within its window. Rates and differences are from 0 to 1, None where nobody is."""

    enrolled: int
    converted: int
    control: int
    control_converted: int
    # How often they entered, those too who did several times.
    entries: int = field(default=0, compare=False)

    @property
    def rate(self) -> float | None:
        return self.converted / self.enrolled if self.enrolled else None

    @property
    def control_rate(self) -> float | None:
        return self.control_converted / self.control if self.control else None

    @property
    def difference(self) -> float | None:
        """How much more of those who entered reached the goal; negative: less."""
        if self.rate is None or self.control_rate is None:
            return None
        return self.rate - self.control_rate

    @property
    def interval(self) -> Interval | None:
        """Between which differences the true one lies, with 95 % certainty."""
        if not self.enrolled or not self.control:
            return None
        return of_difference(self.converted, self.enrolled, self.control_converted, self.control)

    @property
    def is_enough(self) -> bool:
        return min(self.enrolled, self.control) >= ENOUGH

    @property
    def is_meaningful(self) -> bool:
        """Whether the difference is more than chance, and the groups are large enough to say."""
        if not self.is_enough or self.interval is None:
            return False
        low, high = self.interval
        return low > 0 or high < 0

    @property
    def words(self) -> str:
        """Return in plain words what the numbers mean, and whether they mean anything."""
        if self.rate is None:
            return "Nobody has entered yet."
        if self.control_rate is None or self.interval is None:
            return (
                f"{self.rate:.1%} of those who entered reached the goal. How many would have "
                "anyway, only a control group can tell."
            )
        if not self.is_enough:
            return (
                f"Too few to tell: {self.enrolled:,} entered and {self.control:,} were kept out. "
                f"It takes at least {ENOUGH} of each."
            )
        rates = (
            f"{self.rate:.1%} reached the goal, and {self.control_rate:.1%} of the control group"
        )
        low, high = (100 * bound for bound in self.interval)
        if not self.is_meaningful:
            return (
                f"This may be chance: {rates}. The true difference is between {low:+.1f} and "
                f"{high:+.1f} percentage points, with 95% certainty."
            )
        if low > 0:
            verdict, between = "works", f"{low:.1f} to {high:.1f} percentage points more"
        else:
            verdict, between = "does harm", f"{-high:.1f} to {-low:.1f} percentage points less"
        return f"The journey {verdict}: {rates}. That is {between}, with 95% certainty."


def of_journey(
    journey: Journey,
    version: Version | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Conversion:
    """Return the conversion of the journey, in one query: of one version only, and of those who
    entered from `since` until before `until`, where given.

    A contact counts once, by its first time in; who was erased does not any more, other than in
    the numbers of steps.
    """
    rows = Enrolment.objects.filter(journey=journey)
    if version:
        rows = rows.filter(version=version)
    if since:
        rows = rows.filter(entered_at__gte=since)
    if until:
        rows = rows.filter(entered_at__lt=until)
    entered, kept_out = Q(is_control=False, number=1), Q(is_control=True)
    reached = Q(converted_at__isnull=False)
    return Conversion(
        **rows.aggregate(
            enrolled=Count("pk", filter=entered),
            converted=Count("pk", filter=entered & reached),
            control=Count("pk", filter=kept_out),
            control_converted=Count("pk", filter=kept_out & reached),
            entries=Count("pk", filter=Q(is_control=False)),
        )
    )


def of_version(
    version: Version, since: datetime | None = None, until: datetime | None = None
) -> Conversion:
    """Return the conversion of those who entered by the version."""
    return of_journey(version.journey, version, since, until)


def of_difference(first: int, first_of: int, second: int, second_of: int) -> Interval:
    """Return between which bounds the difference of two proportions lies, with 95 % certainty.

    Both groups hold at least one.
    """
    p, (p_low, p_high) = first / first_of, _wilson(first, first_of)
    q, (q_low, q_high) = second / second_of, _wilson(second, second_of)
    below = sqrt((p - p_low) ** 2 + (q_high - q) ** 2)
    above = sqrt((p_high - p) ** 2 + (q - q_low) ** 2)
    return p - q - below, p - q + above


def _wilson(number: int, of: int) -> Interval:
    share, square = number / of, Z * Z
    middle = share + square / (2 * of)
    reach = Z * sqrt(share * (1 - share) / of + square / (4 * of * of))
    scale = 1 + square / of
    return (middle - reach) / scale, (middle + reach) / scale
