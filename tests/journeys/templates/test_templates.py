import pytest
from django.utils import timezone

from apps.accounts import events
from apps.assets.models import Asset, Popup, Push
from apps.delivery import models as delivery
from apps.journeys import publishing, tasks, templates
from apps.journeys.models import Enrolment, Run, Watch
from tests.factories import a_device, a_new_site, a_site, a_subscription, a_user

pytestmark = pytest.mark.django_db

SLUGS = [template.slug for template in templates.TEMPLATES]


def made(slug, site=None):
    return templates.create(site or a_site(), templates.find(slug))


def published(slug):
    journey = made(slug)
    Asset.objects.filter(site=journey.site).update(status="active")
    publishing.publish(journey)
    return journey


def a_subscriber(journey, status="allowed"):
    contact = a_subscription(a_device(journey.site, "allowed")).device.contact
    contact.refresh_from_db()
    contact.push_status = status
    contact.save()
    return contact


@pytest.fixture
def work(django_capture_on_commit_callbacks):
    """A worker wakes up, over and over, at moments when whoever waits has waited enough."""

    def until_the_end(journey, begin=lambda: None):
        with django_capture_on_commit_callbacks(execute=True):
            begin()
        for _ in range(20):
            with django_capture_on_commit_callbacks(execute=True):
                tasks.advance()
            inside = Enrolment.objects.inside().filter(journey=journey)
            if not inside.exists():
                break
            inside.update(due_at=timezone.now())

    return until_the_end


def path(journey, contact):
    row = Enrolment.objects.get(journey=journey, contact=contact)
    visits = row.visits.order_by("number")
    return [(visit.step.name, visit.outcome) for visit in visits], row.exit_reason


class TestCreate:
    @pytest.mark.parametrize("slug", SLUGS)
    def test_it_is_a_draft_whose_every_problem_is_an_asset_to_be_looked_at(self, slug):
        journey = made(slug)

        assert journey.status == "draft"
        for problem in publishing.problems(journey):
            assert "is a draft; make it active first" in problem.message

    @pytest.mark.parametrize("slug", SLUGS)
    def test_it_can_be_published_once_its_assets_are_active(self, slug):
        journey = published(slug)

        assert (journey.status, journey.live_version.number) == ("active", 1)

    @pytest.mark.parametrize("slug", SLUGS)
    def test_it_can_be_made_twice(self, slug):
        site = a_site()
        first, second = made(slug, site), made(slug, site)
        assets = Asset.objects.filter(site=site).count()

        assert second.name.endswith(")")
        assert first.steps.count() == second.steps.count()
        assert Asset.objects.filter(site=site).count() == assets

    def test_what_the_site_has_is_taken_and_the_rest_is_made_as_drafts(self):
        site, anna = a_new_site(), a_user()
        push, popup = Push.objects.get(site=site), Popup.objects.get(site=site)
        popup.name = "Our own"
        popup.save()

        series = templates.create(site, templates.find("welcome-series"), by=anna)
        again = templates.create(site, templates.find("re-ask"))

        assert series.steps.all()[0].push == push
        new = Push.objects.get(site=site, name="Welcome: reminder")
        assert (new.status, new.revisions.get().by) == ("draft", anna)
        assert new.revisions.get().note == "Made for the journey “Welcome series”"
        assert again.steps.get(name="Ask again").popup == popup

    def test_a_name_that_is_taken_by_something_else_is_not_used(self):
        site = a_new_site()
        Asset.objects.filter(site=site).update(status="archived")

        journey = templates.create(site, templates.find("re-ask"))

        names = {step.name: step for step in journey.steps.all()}
        assert names["Ask again"].popup.name == "Soft onboarding (copy)"
        assert names["Welcome"].push.name == "Welcome (copy)"

    def test_every_template_says_what_it_is_and_needs(self):
        assert len(set(SLUGS)) == 6
        for template in templates.TEMPLATES:
            assert template.description and template.needs
        assert templates.find("nothing") is None


class TestFromEntryToEnd:
    def test_broadcast(self, work):
        journey = published("broadcast")
        contact = a_subscriber(journey)
        Run.objects.update(due_at=timezone.now())

        work(journey)

        assert path(journey, contact) == ([("Send", "sent")], "end")
        assert delivery.Push.objects.filter(contact=contact).count() == 1

    def test_welcome_series(self, work):
        journey = published("welcome-series")
        contact = a_subscriber(journey)

        work(journey, lambda: events.track(contact, "push_subscribed"))

        assert path(journey, contact) == (
            [
                ("Welcome", "sent"),
                ("A day", "done"),
                ("What we do", "sent"),
                ("Three days", "done"),
                ("Has clicked?", "none"),
                ("Reminder", "sent"),
            ],
            "end",
        )

    def test_win_back(self, work):
        journey = published("win-back")
        contact = a_subscriber(journey)
        contact.last_seen_at = timezone.now() - timezone.timedelta(days=31)
        contact.save()
        Watch.objects.update(due_at=timezone.now())

        work(journey)

        assert path(journey, contact) == (
            [("We miss you", "sent"), ("Comes back?", "timeout"), ("Once more", "sent")],
            "end",
        )

    def test_abandoned_basket(self, work):
        journey = published("abandoned-basket")
        contact = a_subscriber(journey)

        work(journey, lambda: events.track(contact, "cart_updated"))

        assert path(journey, contact) == (
            [
                ("Buys within the hour?", "timeout"),
                ("Remind", "sent"),
                ("Buys within a day?", "timeout"),
                ("Remind again", "sent"),
            ],
            "end",
        )

    def test_re_ask(self, work):
        journey = published("re-ask")
        contact = a_subscriber(journey, "ask")

        work(journey, lambda: events.track(contact, "popup_declined"))

        assert path(journey, contact) == (
            [("14 days", "done"), ("Can be asked?", "yes"), ("Ask again", "unseen")],
            "end",
        )

    def test_ask_for_permission(self, work):
        journey = published("ask-for-permission")
        contact = a_subscriber(journey, "ask")

        work(journey, lambda: events.track(contact, "session_started"))

        assert path(journey, contact)[0] == [("Ask", "unseen")]
