import json
from datetime import UTC, datetime, time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.journeys.documents import read
from tests.factories import a_push, a_segment
from tests.journeys.authoring import a_draft, a_step, lead, of_every_kind

pytestmark = pytest.mark.django_db


@pytest.fixture
def journey():
    return a_draft()


class TestRead:
    def test_it_says_terms_steps_and_leads_and_names_others_by_id(self, journey):
        segment = a_segment(journey.site, name="Gold")
        journey.entry_rule = {"all": [{"segment": segment.pk, "op": "in"}]}
        journey.starts_at = datetime(2026, 3, 1, 12, tzinfo=UTC)
        journey.save()
        push = a_push(journey.site, name="Hello")
        first = a_step(journey, "push", "Say hello", push=push, fixed_time=time(9))
        last = a_step(journey, "leave", "Out")
        lead(first, "sent", last)

        found = read(journey)

        assert found["name"] == journey.name
        assert found["terms"]["entry_rule"] == journey.entry_rule
        assert found["terms"]["starts_at"] == "2026-03-01T12:00:00+00:00"
        assert found["steps"] == [
            {
                "key": first.key,
                "kind": "push",
                "name": "Say hello",
                "fields": {
                    "push": push.pk,
                    "share": 1,
                    "winner_after": 0,
                    "devices": "all",
                    "hours": "always",
                    "fixed_time": "09:00:00",
                    "respects_caps": True,
                    "respects_consent": True,
                },
                "leads": {"sent": last.key},
                "alternatives": [],
            },
            {"key": last.key, "kind": "leave", "name": "Out", "fields": {}, "leads": {}},
        ]
        assert found["names"] == {
            "assets": {str(push.pk): "Hello"},
            "segments": {str(segment.pk): "Gold"},
            "journeys": {},
        }

    def test_it_leaves_out_leads_by_outcomes_that_are_gone(self, journey):
        split, last = a_step(journey, "split"), a_step(journey, "leave")
        lead(split, "c", last)

        assert read(journey)["steps"][0]["leads"] == {}

    def test_it_is_json(self, journey):
        of_every_kind(journey)

        assert json.loads(json.dumps(read(journey))) == read(journey)

    def test_it_asks_as_often_for_three_steps_as_for_one(self, journey):
        counts = []
        for steps in (1, 2):
            for _ in range(steps):
                a_step(journey, "push").alternatives.create(push=a_push(journey.site))
            with CaptureQueriesContext(
                connection,
            ) as queries:
                read(journey)
            counts.append(len(queries))

        assert (journey.steps.count(), counts[0]) == (3, counts[1])
