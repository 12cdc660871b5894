"""The journey builder with others: two at one journey, and who may only look."""

import pytest

from tests.browser.builder import CARD, NAMES
from tests.browser.desk import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

# Whose password becomes another is logged out.
ANALYST = f"""
from apps.accounts.models import User
user = User.objects.get(username="analyst")
if not user.has_usable_password():
    user.set_password({PASSWORD!r})
    user.save()
"""


class TestTwoPeople:
    def test_the_second_is_told_and_chooses(self, builder):
        builder.create()
        builder.add("[data-focus='add::']", "wait")
        builder.has("Wait 1 day")
        builder.waits()
        builder.desk.run(
            "from apps.journeys.models import WaitStep; "
            f"WaitStep.objects.filter(journey__name={builder.name!r}).update(amount=8)"
        )

        builder.page.type("[name=name]", "Breathe")

        builder.page.wait_for("document.querySelector('.flow-conflict')")
        builder.page.click("[data-anyway]")
        builder.has("Breathe")
        builder.waits()
        assert builder.page.evaluate("!document.querySelector('.flow-conflict')")
        builder.fine()


class TestWhoMayOnlyLook:
    @pytest.fixture
    def username(self):
        return "analyst"

    @pytest.fixture
    def desk(self, desk):
        desk.run(ANALYST)
        return desk

    def test_they_read_the_flow_and_its_forms(self, office, desk):
        number = desk.run(
            "from apps.journeys.models import Journey; "
            "print(Journey.objects.get(site__name='Fernweh Outfitters',"
            " name='Ask for push permission').pk)"
        )
        office.goto(f"{desk.origin}/admin/journeys/journey/{number}/change/")

        office.click(CARD.format("Ask"))
        office.wait_for("document.querySelector('#flow-form fieldset').disabled")

        assert office.evaluate(NAMES)[0] == "Ask"
        assert office.evaluate("document.querySelectorAll('[data-add], [data-more]').length") == 0
        assert office.errors == []
