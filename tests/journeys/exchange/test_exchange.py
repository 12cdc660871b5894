import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.accounts.models import AuditEntry
from apps.assets.models import Asset
from apps.journeys import exchange
from apps.journeys.documents import read
from apps.journeys.models import Journey
from apps.segments.models import Segment
from tests.factories import a_popup, a_push, a_segment, a_site, a_user
from tests.journeys.authoring import a_draft, a_step, of_every_kind
from tests.journeys.hostile import JSON, places

pytestmark = pytest.mark.django_db


@pytest.fixture
def journey():
    journey = a_draft(name="All kinds")
    of_every_kind(journey)
    segment = Segment.objects.get(site=journey.site)
    journey.entry_rule = {"all": [{"segment": segment.pk, "op": "in"}]}
    journey.excluded = [a_draft(journey.site, name="Other").pk]
    journey.save()
    return journey


def exported(*journeys):
    rows = Journey.objects.filter(pk__in=[journey.pk for journey in journeys])
    return exchange.read(exchange.text(rows, by=a_user()).encode())


def a_twin(site):
    """A site that has, by their names, what journeys of the site name."""
    twin = a_site()
    for asset in Asset.objects.filter(site=site):
        make = a_push if asset.polymorphic_ctype.model == "push" else a_popup
        make(twin, name=asset.name)
    for segment in Segment.objects.filter(site=site):
        a_segment(twin, name=segment.name)
    for other in Journey.objects.filter(site=site):
        a_draft(twin, name=other.name)
    return twin


class TestExport:
    def test_others_stand_by_their_names(self, journey):
        data = exported(journey)

        document = data["journeys"][0]
        names = read(journey)["names"]
        assert (data["site"], document["name"]) == (journey.site.name, "All kinds")
        assert document["terms"]["excluded"] == ["Other"]
        segment = Segment.objects.get(site=journey.site).name
        assert document["terms"]["entry_rule"] == {"all": [{"segment": segment, "op": "in"}]}
        assert document["steps"][0]["fields"]["popup"] in names["assets"].values()
        assert "names" not in document
        assert AuditEntry.objects.get(action="exported").subject == "Journey “All kinds”"

    def test_it_takes_journeys_of_one_site(self, journey):
        with pytest.raises(exchange.NotExported, match="Choose journeys of one site"):
            exported(journey, a_draft())
        with pytest.raises(exchange.NotExported, match="Choose journeys of one site"):
            exported()


class TestImport:
    def test_a_journey_comes_as_it_was(self, journey):
        twin = a_twin(journey.site)
        data = exported(journey)

        (made,) = exchange.run(data, twin)

        assert (made.name, made.status, made.site) == ("All kinds (copy)", "draft", twin)
        assert exported(made)["journeys"] == [{**data["journeys"][0], "name": made.name}]

    def test_journeys_of_one_file_name_each_other(self):
        site = a_site()
        second = a_draft(site, name="Second", entry_kind="call")
        first = a_draft(site, name="First")
        a_step(first, "start", target=second)
        data = exported(first, second)
        other = a_site()
        a_draft(other, name="Second")

        made = {row.name: row for row in exchange.run(data, other)}

        assert list(made) == ["First", "Second (copy)"]
        assert made["First"].steps.get().target == made["Second (copy)"]

    def test_what_is_missing_is_said_before(self, journey):
        other = a_site()
        data = exported(journey)

        plan = exchange.plan(data, other)

        (planned,) = plan.journeys
        assert (planned.name, planned.new_name, planned.steps) == ("All kinds", "All kinds", 13)
        assert planned.missing["journeys"][0] == "Other"
        assert planned.missing["segments"] == [Segment.objects.get(site=journey.site).name]
        assert len(planned.missing["assets"]) == 3
        assert "“All kinds”: The site has no journey “Other”." in map(str, plan.problems)
        step = data["journeys"][0]["steps"][0]
        missing = f"The site has no push or popup “{step['fields']['popup']}”."
        assert f"“All kinds”, step “{step['name']}”: {missing}" in map(str, plan.problems)
        assert not Journey.objects.filter(site=other, name="All kinds").exists()

    def test_nothing_is_imported_where_one_is_wrong(self, journey):
        other = a_site()
        fine = a_draft(journey.site, name="A fine one")
        before = Journey.objects.count()

        with pytest.raises(exchange.NotImported, match="The site has no journey “Other”"):
            exchange.run(exported(fine, journey), other)

        assert Journey.objects.count() == before

    def test_a_plan_of_a_fine_file_has_no_problems(self, journey):
        plan = exchange.plan(exported(journey), a_twin(journey.site))

        assert plan.problems == []
        assert plan.journeys[0].new_name == "All kinds (copy)"

    def test_what_is_of_another_kind_is_not_taken(self):
        journey = a_draft()
        a_step(journey, "push", "Send", push=a_push(journey.site, name="Hello"))
        other = a_site()
        a_popup(other, name="Hello")

        problems = exchange.plan(exported(journey), other).problems

        assert [problem.message for problem in problems] == ["The site has no such push."]


class TestHostileFiles:
    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (b"x" * 2_000_001, "more than 2 MB"),
            (b"\xff", "not text in UTF-8"),
            (b"{", "not JSON"),
            (b"[" * 100_000, "nests too deep|not JSON"),
            (b"[]", "not a file that"),
            (b'{"type": "pushdesk-journeys", "format": true}', "reads files of format 1"),
            (b'{"type": "pushdesk-journeys", "format": 1, "x": 1}', "not known: “x”"),
            (b'{"type": "pushdesk-journeys", "format": 1, "journeys": []}', "holds no journeys"),
            (b'{"type": "pushdesk-journeys", "format": 1, "journeys": [NaN]}', "has no end"),
            (b'{"type": "pushdesk-journeys", "format": 1, "journeys": ["\\u0000"]}', "NUL"),
            (json.dumps({"type": "pushdesk-journeys", "format": 1, "journeys": [1] * 51}).encode(),
             "more than 50 journeys"),
        ],
    )  # fmt: skip
    def test_what_cannot_be_read_is_refused(self, content, message):
        with pytest.raises(exchange.Unreadable, match=message):
            exchange.read(content)

    def test_what_is_no_journey_is_refused(self):
        data = {"journeys": [7, {}, {"name": 1, "terms": 1, "steps": 1},
                             {"name": "x" * 151, "terms": 1, "steps": 1}]}  # fmt: skip

        problems = exchange.plan(data, a_site()).problems

        assert [str(problem) for problem in problems] == [
            "“Journey 1”: This is no journey.",
            "“Journey 2”: This is no journey.",
            "“Journey 3”: The name is a text.",
            "“Journey 4”: Ensure this value has at most 150 characters (it has 151).",
        ]

    @given(data=st.data())
    @settings(
        max_examples=100,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    def test_whatever_stands_anywhere_is_imported_whole_or_not_at_all(self, data):
        journey = Journey.objects.filter(name="Whole").first()
        if journey is None:
            journey = a_draft(name="Whole")
            of_every_kind(journey)
        content = exchange.export(Journey.objects.filter(pk=journey.pk))
        content = json.loads(json.dumps(content))
        *path, last = data.draw(st.sampled_from([p for p in places(content) if len(p) > 2]))
        part = content
        for key in path:
            part = part[key]
        part[last] = data.draw(JSON)
        before = set(Journey.objects.values_list("pk", flat=True))

        try:
            made = exchange.run(exchange.read(json.dumps(content).encode()), journey.site)
        except (exchange.Unreadable, exchange.NotImported):
            assert set(Journey.objects.values_list("pk", flat=True)) == before
        else:
            assert set(Journey.objects.values_list("pk", flat=True)) - before == {made[0].pk}
            made[0].delete()
