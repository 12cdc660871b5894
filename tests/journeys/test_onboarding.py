"""The soft onboarding as a visitor meets it, without a browser."""

import pytest

from apps.delivery import popups
from apps.delivery.models import Popup, Push
from apps.devices import identity, subscriptions
from apps.journeys import lifecycle
from apps.journeys.models import Enrolment, PendingEvent, Visit
from tests.factories import a_new_subscription
from tests.journeys.conftest import Visitor

pytestmark = pytest.mark.django_db


def subscribe(visitor):
    subscriptions.subscribe(visitor.device, a_new_subscription(visitor.site))


class TestSoftOnboarding:
    def test_it_meets_a_visitor_who_can_be_asked_at_once(self, visitor):
        visitor.visit("ask")

        assert visitor.popup().asset.name == "Soft onboarding"
        (way,) = visitor.enrolments()
        assert (way.step.name, way.state, way.visit) == ("Ask", "waiting", 1)
        assert visitor.path() == []

    @pytest.mark.parametrize("status", ["allowed", "blocked", "not_supported"])
    def test_it_never_meets_anybody_else(self, visitor, status):
        visitor.visit(status)

        assert visitor.popup() is None
        assert Enrolment.objects.count() == 0

    def test_it_welcomes_who_says_yes_and_allows(self, visitor):
        visitor.visit("ask")
        visitor.answer("shown", "accepted")
        visitor.device.push_status = "allowed"
        visitor.device.save()
        subscribe(visitor)

        popup = Popup.objects.get()
        with visitor.committing(execute=True):
            popups.report(popup, visitor.device, popups.Report.ALLOWED)

        assert visitor.path() == [("Ask", "allowed"), ("Welcome", "sent")]
        assert Push.objects.get().asset.name == "Welcome"
        assert visitor.enrolments()[0].exit_reason == "end"

    def test_it_sends_nothing_where_no_subscription_came_of_it(self, visitor):
        visitor.visit("ask")
        visitor.answer("shown", "accepted")
        with visitor.committing(execute=True):
            popups.report(Popup.objects.get(), visitor.device, popups.Report.ALLOWED)

        assert visitor.path() == [("Ask", "allowed"), ("Welcome", "unreachable")]
        assert Push.objects.count() == 0

    def test_no_leaves_the_status_ask_and_ends_the_way(self, visitor):
        visitor.visit("ask")

        visitor.answer("shown", "declined")

        assert visitor.path() == [("Ask", "declined")]
        assert visitor.enrolments()[0].left_at is not None
        visitor.device.contact.refresh_from_db()
        assert visitor.device.contact.push_status == "ask"

    def test_it_asks_again_after_3_then_7_then_30_days_but_not_before(self, visitor):
        visitor.visit("ask")
        visitor.answer("declined")

        for pause in (3, 7, 30, 30):
            visitor.let_days_pass(pause - 1)
            visitor.visit("ask")
            assert visitor.popup() is None
            visitor.let_days_pass(1)
            visitor.visit("ask")
            visitor.answer("declined")

        assert [row.number for row in visitor.enrolments()] == [1, 2, 3, 4, 5]

    def test_it_shows_one_popup_however_often_the_page_loads(self, visitor):
        visitor.visit("ask")
        visitor.let_days_pass(1)

        visitor.visit("ask")

        assert Popup.objects.count() == 1
        assert len(visitor.enrolments()) == 1

    def test_it_goes_with_the_visitor_who_logs_in_while_it_waits(self, visitor):
        visitor.visit("ask")
        popup = visitor.popup()
        identity.identify(visitor.device, "anna")
        visitor.device.refresh_from_db()

        assert visitor.popup() == popup
        visitor.answer("declined")

        assert visitor.path() == [("Ask", "declined")]

    def test_it_shows_one_popup_to_a_visitor_who_turns_out_to_be_inside_already(self, visitor):
        visitor.visit("ask")
        with visitor.committing(execute=True):
            identity.identify(visitor.device, "anna")
        phone = Visitor(visitor.site, visitor.committing).visit("ask")
        withdrawn = phone.popup()

        with visitor.committing(execute=True):
            identity.identify(phone.device, "anna")

        withdrawn.refresh_from_db()
        assert withdrawn.status == "withdrawn"
        assert Popup.objects.open().count() == 1
        states = Enrolment.objects.order_by("id").values_list("state", "exit_reason")
        assert list(states) == [("waiting", ""), ("left", "merged")]
        assert list(Visit.objects.values_list("enrolment__state", "outcome")) == [
            ("left", "merged")
        ]

    def test_archiving_takes_back_what_nobody_has_seen(self, visitor, journey):
        visitor.visit("ask")

        lifecycle.archive(journey)

        assert visitor.popup() is None
        assert Popup.objects.get().status == "withdrawn"
        assert visitor.path() == [("Ask", "ended")]

    def test_it_leaves_no_event_unheard(self, visitor):
        visitor.visit("ask")
        visitor.answer("shown", "accepted", "dismissed")

        assert PendingEvent.objects.count() == 0
        assert visitor.path() == [("Ask", "dismissed")]
