"""What an event of the run itself does, such as one that a step tracks: the counterpart of
apps.journeys.listening.

Only those who ask for no properties of it are looked at: `DraftStep.listens` and the terms.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from apps.journeys.listening.reacting import ANSWERS
from apps.journeys.models import Enrolment, Version

if TYPE_CHECKING:
    from apps.journeys.dry_runs.simulation import Simulation, Way


def hear(run: "Simulation", at: datetime, name: str, by: "Way", is_tracked: bool) -> None:
    """Lead on, count a success, let go and let in, in this order; `by` is the way that has made
    the event happen, which is not led on by what it has tracked itself, nor by the answer that has
    led it to where it is."""
    person, terms = by.person, run.world.draft.terms
    for way in list(person.ways):
        outcome = run.world.draft.led_by(way.step, name)
        if outcome and not (way is by and (is_tracked or name in ANSWERS)):
            run.lead_on(at, way, outcome)
    if name == terms.goal_event and not terms.goal_where:
        window = timedelta(hours=terms.goal_hours)
        for time in person.times:
            if time.is_tried and time.entered_at <= at <= time.entered_at + window:
                run.reach_goal(at, person, time)
    if name == terms.exit_event and not terms.exit_where:
        for way in list(person.ways):
            run.leave(at, way, Enrolment.Exit.EVENT)
    # A step that tracks what lets contacts in cannot be published, where they may be inside.
    enters = terms.entry_kind == Version.Entry.EVENT and not (is_tracked or terms.entry_where)
    if enters and name == terms.entry_event:
        run.come(at, person.pk, True)
