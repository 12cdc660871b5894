"""What delivery knows about a push that is being written: was the same sent lately?"""

from collections.abc import Iterator

from django.utils import timezone

from apps.assets import lint
from apps.assets import models as assets
from apps.assets.lint import Finding, Level, Subject
from apps.delivery.models import Push
from apps.segments import counting
from apps.segments.counting import TooSlow

DAYS = 7
SECONDS = 0.3
# As many of the same text are asked about.
MOST = 20


def teach() -> None:
    """Have it asked of every push."""
    lint.register(assets.Push)(sent_lately)


def sent_lately(subject: Subject) -> Iterator[Finding]:
    """Find another push of the site with the same title and message that went out within a week.

    Who it is comes from the few assets, and whether it was sent from the index on them; nothing
    is said when that takes too long.
    """
    content = subject.source.content
    if not content["title"]:
        return
    twins = assets.Push.objects.filter(
        site=subject.source.site, title=content["title"], message=content["message"]
    )
    if subject.asset:
        twins = twins.exclude(pk=subject.asset.pk)
    names = dict(twins.order_by("-pk").values_list("pk", "name")[:MOST])
    if not names:
        return
    since = timezone.now() - timezone.timedelta(days=DAYS)
    sent = Push.objects.filter(asset__in=names, status=Push.Status.ACCEPTED, accepted_at__gte=since)
    try:
        with counting.at_most(SECONDS, few=True):
            # Not `first`, which would go through the table in the order of its ids.
            found = list(sent.order_by().values_list("asset", flat=True)[:1])
    except TooSlow:
        return
    for asset in found:
        message = f"The same title and message went out within {DAYS} days, as “{names[asset]}”."
        yield Finding(level=Level.WARNING, field="title", message=message)
