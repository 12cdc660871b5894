"""What publishing would change, and for how many; and taking a draft back."""

from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db.models import Count

from apps.accounts.models import User
from apps.journeys import documents
from apps.journeys.drafting import editing
from apps.journeys.models import Enrolment, Journey
from apps.journeys.publishing import differences
from apps.journeys.publishing.differences import Difference, StepChange
from apps.segments import catalogue, counting, rules
from apps.segments.rules import Context

BLANK = {"name": "", "terms": {}, "steps": [], "names": {}}


@dataclass(frozen=True, kw_only=True)
class Inside:
    """How many stand at a step of a version that they stay on; `is_kept` says whether the step is
    there in what would be published, so that they could be moved."""

    version: int
    key: str
    name: str
    contacts: int
    is_kept: bool


@dataclass(frozen=True, kw_only=True)
class Changes:
    """Against the live version; all of it where there is none (`is_first`).

    `would_enter` is about how many meet the rule now, where these enter by it; None where that
    cannot be said.
    """

    is_first: bool
    terms: list[Difference] = field(default_factory=list)
    steps: list[StepChange] = field(default_factory=list)
    inside: list[Inside] = field(default_factory=list)
    would_enter: counting.Numbers | None = None

    @property
    def is_empty(self) -> bool:
        return not self.terms and not self.steps and not self.is_first

    @property
    def contacts_inside(self) -> int:
        return sum(row.contacts for row in self.inside)


def changes(journey: Journey) -> Changes:
    """Return what publishing the draft, as it is stored, would change."""
    draft = documents.read(journey)
    live = journey.live_version
    before = live.document if live else {}
    context = catalogue.of_site(journey.site)
    first = not before
    return Changes(
        is_first=first,
        terms=[] if first else differences.of_terms(before, draft, context),
        steps=differences.of_steps(before or BLANK, draft, context),
        inside=_inside(journey, {step["key"]: step["kind"] for step in draft["steps"]}),
        would_enter=_would_enter(draft["terms"], context),
    )


def discard(journey: Journey, *, by: User | None = None) -> None:
    """Make the draft what was published last; that can be undone.

    Raises ValidationError where nothing was published, Refused where what it named is gone.
    """
    live = journey.live_version
    if live is None or not live.document:
        raise ValidationError(
            f"“{journey}” was never published, so there is nothing to go back to."
        )
    with editing.change(journey, f"Discarded the changes since version {live.number}", by=by):
        documents.write(journey, live.document)


def _inside(journey: Journey, kinds: dict[str, str]) -> list[Inside]:
    rows = (
        Enrolment.objects.inside_journey(journey.pk)
        .values("step__version__number", "step__position", "step__key", "step__name", "step__kind")
        .annotate(contacts=Count("pk"))
        .order_by("-step__version__number", "step__position")
    )
    return [
        Inside(
            version=row["step__version__number"],
            key=row["step__key"],
            name=row["step__name"],
            contacts=row["contacts"],
            is_kept=kinds.get(row["step__key"]) == row["step__kind"],
        )
        for row in rows
    ]


def _would_enter(terms: dict, context: Context) -> counting.Numbers | None:
    if terms["entry_kind"] not in (Journey.Entry.SEGMENT, Journey.Entry.SCHEDULE):
        return None
    if terms["members"] == Journey.Members.FUTURE and terms["entry_kind"] == Journey.Entry.SEGMENT:
        return None
    try:
        return counting.estimate(terms["entry_rule"], context)
    except (counting.TooSlow, rules.Broken):
        return None
