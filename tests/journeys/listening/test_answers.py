"""What a visitor answers to a popup leads on the enrolment that asked."""

import pytest

from apps.journeys import engine
from apps.journeys.models import PopupStep, Visit, WaitForEventStep, WaitStep
from tests.factories import a_popup, a_site
from tests.journeys.flows import time_is_over
from tests.journeys.listening.listeners import (
    a_live_journey,
    come_in,
    happens,
    hear,
    path,
    waiting_for,
    where_it_is,
)

pytestmark = pytest.mark.django_db


class TestAnswers:
    def test_they_lead_on_all_who_were_asked(self):
        journey = a_live_journey((PopupStep, {"popup": a_popup(site := a_site())}), site=site)
        rows = come_in(journey, 3)
        for row, name in zip(rows, ("popup_declined", "popup_clicked", "purchase"), strict=True):
            happens(row, name, key=row.message_key)

        hear()

        outcomes = Visit.objects.order_by("enrolment_id").values_list("outcome", flat=True)
        assert list(outcomes) == ["declined", "clicked"]
        assert where_it_is(rows[2]) == ("Step 0", "waiting")

    def test_one_leads_on_by_one_step(self):
        site = a_site()
        journey = a_live_journey(
            (PopupStep, {"popup": a_popup(site)}),
            (WaitForEventStep, {"events": waiting_for("popup_declined")}),
            site=site,
        )
        (row,) = come_in(journey)

        happens(row, "popup_declined", key=row.message_key)
        hear()

        assert path(row) == [("Step 0", "declined")]
        assert where_it_is(row) == ("Step 1", "ready")
        happens(row, "popup_declined")
        hear()
        assert path(row) == [("Step 0", "declined"), ("Step 1", "popup_declined")]

    @pytest.mark.parametrize("is_heard_together", [True, False])
    def test_the_first_of_two_counts(self, is_heard_together):
        site = a_site()
        journey = a_live_journey((PopupStep, {"popup": a_popup(site)}), (WaitStep, {}), site=site)
        (row,) = come_in(journey)

        happens(row, "popup_declined", key=row.message_key)
        if not is_heard_together:
            hear()
        happens(row, "popup_allowed", key=row.message_key)
        hear()

        assert path(row) == [("Step 0", "declined")]
        assert where_it_is(row) == ("Step 1", "ready")

    def test_one_that_comes_when_the_time_is_over_changes_nothing(self):
        site = a_site()
        journey = a_live_journey((PopupStep, {"popup": a_popup(site)}), (WaitStep, {}), site=site)
        (row,) = come_in(journey)
        time_is_over()
        engine.drain()

        happens(row, "popup_allowed", key=row.message_key)
        hear()

        assert path(row) == [("Step 0", "unseen")]
        assert where_it_is(row) == ("Step 1", "waiting")

    def test_the_answer_to_an_earlier_popup_leads_nobody_on(self):
        journey = a_live_journey((PopupStep, {"popup": a_popup(site := a_site())}), site=site)
        (row,) = come_in(journey)

        happens(row, "popup_declined", key=f"journey:{journey.pk}:{row.pk}:2")
        hear()

        assert where_it_is(row) == ("Step 0", "waiting")
