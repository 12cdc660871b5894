import pytest
from django.utils import timezone

from apps.delivery import popups
from apps.delivery.models import Popup
from apps.devices import sessions
from apps.devices.models import Session
from apps.journeys import tasks
from apps.journeys.models import Enrolment
from tests.factories import a_live_journey, a_report, a_site


class Visitor:
    """A visitor of a site with a live onboarding, whose requests end as in real life: what is
    to run after the transaction does run."""

    def __init__(self, site, committing):
        self.site, self.committing, self.device = site, committing, None

    def visit(self, push_status="ask"):
        with self.committing(execute=True):
            opened = sessions.open_session(self.site, self.device, a_report(push_status))
        self.device = opened.device
        return self

    def popup(self):
        shown = popups.look(self.device).popup
        return Popup.objects.get(uid=shown["id"]) if shown else None

    def answer(self, *kinds):
        popup = self.popup()
        for kind in kinds:
            with self.committing(execute=True):
                popups.report(popup, self.device, popups.Report(kind))

    def let_days_pass(self, days):
        """Move everything that has happened into the past."""
        span = timezone.timedelta(days=days)
        for row in Enrolment.objects.exclude(left_at=None):
            Enrolment.objects.filter(pk=row.pk).update(left_at=row.left_at - span)
        for row in Session.objects.all():
            Session.objects.filter(pk=row.pk).update(last_seen_at=row.last_seen_at - span)

    def enrolments(self):
        contact = self.device.contact
        return list(Enrolment.objects.filter(contact=contact).order_by("number"))

    def path(self):
        visits = self.enrolments()[-1].visits.order_by("number")
        return [(visit.step.name, visit.outcome) for visit in visits]


@pytest.fixture
def journey():
    return a_live_journey(a_site())


@pytest.fixture
def visitor(journey, django_capture_on_commit_callbacks):
    return Visitor(journey.site, django_capture_on_commit_callbacks)


@pytest.fixture
def drain_all(django_capture_on_commit_callbacks):
    """What a worker does at a wake-up."""

    def run():
        with django_capture_on_commit_callbacks(execute=True):
            return tasks.advance()

    return run
