"""The numbers on the picture of a journey, all at once and by flat names, so that each can be put
in its place without drawing the picture anew.

A name is the key of a step (none for the start), a slash, and what is counted:
`/entered`, `ab12/waiting`, `ab12/left/declined`, `ab12/push/7/clicked`.
"""

from collections import Counter
from dataclasses import dataclass

from apps.delivery import statistics as messages
from apps.delivery.statistics import Funnel
from apps.journeys.models import Enrolment, Journey, Winner
from apps.journeys.models.message_keys import campaign
from apps.journeys.numbers import goals, statistics
from apps.journeys.numbers.goals import Conversion
from apps.journeys.numbers.periods import Chosen
from apps.journeys.numbers.statistics import StepNumbers


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """`counts` by name, without those that are 0; `texts` by name."""

    counts: dict[str, int]
    texts: dict[str, str]


def of_journey(journey: Journey, chosen: Chosen, keys: set[str]) -> Numbers:
    """Return the numbers of those steps, and of the start, in eight queries.

    Who waits, waits now, whatever the period. Messages are counted over all versions: delivery
    knows the step, not the version.
    """
    when = {"since": chosen.since, "until": chosen.until}
    steps = statistics.of_journey(journey, version=chosen.version, **when)
    conversion = goals.of_journey(journey, chosen.version, **when)
    counts: Counter[str] = Counter()
    for key, numbers in steps.items():
        inside = numbers.waiting + numbers.failed
        counts["/inside"] += inside
        if key in keys:
            _count_step(counts, key, numbers)
        else:
            counts["/elsewhere"] += inside
    counts["/entered"] = conversion.entries
    counts["/control"] = conversion.control
    name = campaign(journey.pk)
    for (key, asset), funnel in messages.pushes_of_campaign(name, **when).items():
        _count_messages(counts, key, funnel)
        _count_messages(counts, f"{key}/push/{asset}", funnel)
    for (key, _), funnel in messages.popups_of_campaign(name, **when).items():
        _count_messages(counts, key, funnel)
    for key, push in Winner.objects.filter(journey=journey).values_list("step_key", "push"):
        counts[f"{key}/push/{push}/winner"] = 1
    return Numbers(
        counts={name: count for name, count in counts.items() if count},
        texts=_texts(journey, conversion),
    )


def _count_step(counts: Counter[str], key: str, numbers: StepNumbers) -> None:
    counts[f"{key}/entered"] = numbers.entered
    counts[f"{key}/waiting"] = numbers.waiting
    counts[f"{key}/failed"] = numbers.failed
    for outcome, count in numbers.left.items():
        counts[f"{key}/left/{outcome}"] = count
        if outcome in Enrolment.Exit.values:
            counts[f"{key}/otherwise"] += count


def _count_messages(counts: Counter[str], place: str, funnel: Funnel) -> None:
    counts[f"{place}/accepted"] += funnel.accepted
    counts[f"{place}/shown"] += funnel.shown
    counts[f"{place}/clicked"] += funnel.clicked
    counts[f"{place}/answered"] += funnel.answered


def _texts(journey: Journey, conversion: Conversion) -> dict[str, str]:
    live = journey.live_version
    if live is None or not live.goal_event:
        return {}
    rate = "–" if conversion.rate is None else f"{conversion.rate:.1%}"
    return {"/rate": rate, "/conversion": conversion.words}
