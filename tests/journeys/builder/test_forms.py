"""How the side panel asks: what comes first, what it offers, and in which words it refuses."""

import re

import pytest

from tests.factories import a_push, an_onboarding
from tests.journeys.builder.house import Builder, a_draft, errors, rows


def form_of(builder, kind):
    return builder.get(f"flow/new/?kind={kind}").content.decode()


def asked(page):
    """The names of the fields, in the order in which they are drawn."""
    return re.findall(r'<div class="flow-field[^"]*" data-name="([^"]+)"', page)


class TestOrder:
    def test_how_pushes_are_compared_is_asked_below_them_and_only_where_there_are_some(
        self, builder
    ):
        page = form_of(builder, "push")

        fields = [name for name in asked(page) if "__prefix__" not in name]
        assert fields == [
            "push", "devices", "hours", "fixed_time", "respects_caps", "respects_consent",
            "share", "winner_after", "name",
        ]  # fmt: skip
        assert '<div class="flow-below" data-with-row>' in page

    @pytest.mark.parametrize(
        ("kind", "first"),
        [
            ("event", ["events-0-event", "events-0-name", "events-0-where"]),
            ("update", ["changes-0-op", "changes-0-name", "changes-0-value"]),
        ],
    )
    def test_a_step_of_rows_begins_with_one(self, builder, kind, first):
        assert asked(form_of(builder, kind))[: len(first)] == first

    def test_how_long_to_wait_is_asked_after_for_what(self, builder):
        fields = [name for name in asked(form_of(builder, "event")) if "__prefix__" not in name]

        assert fields[3:] == ["amount", "unit", "name"]


class TestAssets:
    def test_the_chosen_one_can_be_opened_and_another_be_made(self, builder):
        page = form_of(builder, "push")

        assert 'href="/admin/assets/push/" target="_blank" hidden' in page
        assert 'href="/admin/assets/push/add/" target="_blank"' in page

    def test_who_may_only_look_is_offered_no_new_one(self, client, builder, journey):
        push = a_push(journey.site)
        builder.add("push", push=push.pk, share=1, winner_after=0, devices="all", hours="always",
                    **rows("alternatives"))  # fmt: skip
        step = journey.steps.get()

        page = Builder(client, journey, "Analyst").get(f"flow/step/{step.key}/").content.decode()

        assert 'href="/admin/assets/push/" target="_blank" hidden' in page
        assert "/admin/assets/push/add/" not in page


class TestWords:
    @pytest.mark.parametrize(
        ("kind", "values", "found"),
        [
            ("limit", {"most": 0, "period": "day"}, {"id_most": ["At least 1."]}),
            ("wait", {"until": "duration", "amount": 1001, "unit": "days"},
             {"id_amount": ["At most 1000."]}),
            ("track", {"event": "", **rows("properties")}, {"id_event": ["Fill this in."]}),
            ("split", rows("paths", {"name": "A", "weight": 0}, {"name": "B", "weight": 1}),
             {"id_paths-0-weight": ["At least 1."]}),
        ],
    )  # fmt: skip
    def test_bounds_are_said_shortly_at_the_field(self, builder, journey, kind, values, found):
        answer = builder.add(kind, **values)

        assert errors(answer) == found
        assert not journey.steps.exists()

    def test_that_no_journey_can_be_started_is_said(self, builder, journey):
        an_onboarding(journey.site)
        none = "The site has none yet that is entered by the API or another journey."
        assert none in form_of(builder, "start")

        type(journey).objects.filter(pk=a_draft(journey.site, "Other").pk).update(entry_kind="call")

        assert none not in form_of(builder, "start")


def test_an_empty_journey_invites_and_is_not_scolded(builder):
    assert builder.page().context["picture"].entry_problems == []
