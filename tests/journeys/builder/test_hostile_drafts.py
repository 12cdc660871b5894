"""Drafts of files that nobody of good will has made: each page of them opens all the same."""

import json
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.journeys import documents
from apps.journeys.documents.problems import Refused
from apps.journeys.forms import TERMS
from apps.journeys.models import CheckStep, Journey, Lead
from tests.journeys.authoring import of_every_kind
from tests.journeys.builder.house import Builder, a_draft
from tests.journeys.hostile import JSON, places

pytestmark = pytest.mark.django_db

PAGES = ["change/", "publish/", "dry-runs/", "export/"]
SENSIBLE = st.sampled_from(
    ["", "x", "é😀", "2026-03-29", "0001-01-01", "9999-12-31", "00:00", "{{ state.x }}", "{{", "{%",
     0, 1, 2**31 - 1, 2**53, [], {}, [0], [1], None, True]
)  # fmt: skip


def without_a_page(builder, keys):
    """Open all that shows the draft, and the forms of these steps; returns what answered otherwise
    than with a page."""
    addresses = [*PAGES, *(f"flow/terms/{group}/" for group in TERMS)]
    addresses += [f"flow/step/{key}/" for key in keys]
    answers = [(address, builder.get(address).status_code) for address in addresses]
    # What cannot be given out as a file says so on the page, and leads there.
    return [(address, code) for address, code in answers if code not in (200, 302)]


class TestPages:
    @given(data=st.data())
    @settings(
        max_examples=10,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    def test_whatever_a_document_may_hold_can_be_looked_at(self, client, data):
        journey = Journey.objects.filter(name="Whole").first()
        if journey is None:
            journey = a_draft(name="Whole")
            of_every_kind(journey)
        before = documents.read(journey)
        document, changed = json.loads(json.dumps(before)), set()
        for _ in range(3):
            *path, last = data.draw(st.sampled_from([p for p in places(document) if len(p) > 1]))
            part = document
            for key in path:
                part = part[key]
            kept, part[last] = part[last], data.draw(SENSIBLE | JSON)
            if documents.check(document, journey.site, journey=journey):
                part[last] = kept
            elif path[:1] == ["steps"]:
                changed.add(document["steps"][[*path, last][1]]["key"])
        try:
            documents.write(journey, document)
        except Refused:
            return

        assert without_a_page(Builder(client, journey), changed) == []

        documents.write(journey, before)


class TestDepth:
    def test_branches_in_branches_without_end_are_drawn_one_below_the_other(self, builder, journey):
        checks = [
            CheckStep(
                journey=journey,
                key=f"c{number}",
                name=f"Check {number}",
                position=number,
                branches=[{"key": "yes", "name": "Yes", "rule": {}}],
            )
            for number in range(documents.MAX_STEPS)
        ]
        for step in checks:
            step.save()
        for step, after in pairwise(checks):
            Lead.objects.create(step=step, outcome="none", target=after)

        answers = [builder.get(address) for address in ("change/", "flow/", "export/", "publish/")]

        assert [answer.status_code for answer in answers] == [200] * 4
        page = answers[0].content.decode()
        assert page.count('data-card="c') == documents.MAX_STEPS
        assert page.count("The flow goes on here") == 12
        assert "Nobody comes here" not in page
