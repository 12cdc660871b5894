"""Random drafts and days: a dry run says what the engine then does. MODEL_EXAMPLES=50 looks at
fifty times as many, at others each time."""

import os

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings

from tests.factories import a_site
from tests.journeys.dry_runs import drafts_at_random as at_random
from tests.journeys.dry_runs.both_ways import compare
from tests.journeys.dry_runs.living import BEGIN, Days, a_reader, a_receiver

pytestmark = pytest.mark.django_db

TIMES = float(os.environ.get("MODEL_EXAMPLES", "1"))
ANSWER = "declined"


@settings(
    max_examples=max(1, int(6 * TIMES)),
    deadline=None,
    database=None,
    derandomize=TIMES == 1,
    phases=[Phase.generate] if TIMES == 1 else [Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
@given(plan=at_random.plans())
def test_a_dry_run_says_what_the_engine_then_does(clock, plan):
    clock.now = BEGIN
    with transaction.atomic():
        site = a_site(time_zone="Europe/Berlin")
        people = [
            make(site, language=language, time_zone=zone)
            for zone, language, make in zip(
                at_random.ZONES,
                ("de", "fr", "de", "en", "fr"),
                (a_receiver, a_receiver, a_reader, a_receiver, a_reader),
                strict=True,
            )
        ]
        journey = at_random.written(plan, site)
        days = Days(journey, clock, at_random.DAYS, answer=ANSWER)
        at_random.happen(plan, days, people)

        compare(journey, days, popups={ANSWER: 100})
        transaction.set_rollback(True)
