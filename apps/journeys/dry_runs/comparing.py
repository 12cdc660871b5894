"""What a dry run is compared with: the one before it, or another of its journey."""

from apps.accounts import keys
from apps.journeys.models import DryRun

# What both were asked for, in words; when each began is not told: it is never the same.
ASKED = {
    "days": "days",
    "who": "over whom",
    "segment": "the segment",
    "size": "how many at most",
    "seed": "the draw",
    "many": "how many pushes a day are too many",
    "joins": "how many come to meet the rule",
    "calls": "how many are let in by a call",
    "events": "how often events happen",
    "popups": "how popups are answered",
    "webhooks": "how webhooks are answered",
}
NOBODY = "none"


def others(run: DryRun) -> list[DryRun]:
    """Return the journey's other dry runs that are done, the latest first."""
    done = DryRun.objects.filter(journey=run.journey_id, status=DryRun.Status.DONE)
    return list(done.exclude(pk=run.pk).defer("document", "result"))


def chosen(run: DryRun, found: list[DryRun], asked: str) -> DryRun | None:
    """Return the one of `found` that was asked for by its number; by default the last one before
    this, None where there is none or none is wanted."""
    if asked == NOBODY:
        return None
    number = keys.read(asked)
    earlier = (each for each in found if each.pk < run.pk)
    return next((each for each in found if each.pk == number), None) or next(earlier, None)


def differences(run: DryRun, before: DryRun) -> list[str]:
    """Return, in words, what was not the same with both."""
    found = ["the draft"] if run.document != before.document else []
    return found + [
        words for name, words in ASKED.items() if run.options.get(name) != before.options.get(name)
    ]
