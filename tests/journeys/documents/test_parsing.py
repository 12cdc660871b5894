import pytest

from apps.journeys import documents
from apps.journeys.documents import read, write
from apps.journeys.documents.problems import Refused
from tests.factories import a_popup, a_push, a_segment, a_site
from tests.journeys.authoring import a_draft, a_step, of_every_kind

pytestmark = pytest.mark.django_db

WRONG_KEY = "its key has at most 12 letters from a to z, digits, _ and -."


@pytest.fixture
def journey():
    return a_draft()


def refused(journey, document):
    """What is said to the document; nothing is written of it."""
    before = read(journey)
    with pytest.raises(Refused) as error:
        write(journey, document)
    assert read(journey) == before
    return [(problem.step_key, problem.message) for problem in error.value.problems]


class TestCheck:
    def test_it_finds_nothing_wrong_with_what_was_read(self, journey):
        of_every_kind(journey)

        assert documents.check(read(journey), journey.site, journey=journey) == []

    def test_it_refuses_what_is_no_journey(self, journey):
        parts = "A journey has these parts: name, steps, terms."
        assert refused(journey, []) == [("", parts)]
        assert refused(journey, {}) == [("", parts)]
        assert refused(journey, {**read(journey), "more": 1}) == [("", parts)]

    def test_it_refuses_unknown_and_missing_terms(self, journey):
        for terms in ({}, {**read(journey)["terms"], "x": 1}, None):
            found = refused(journey, {**read(journey), "terms": terms})
            assert found[0][1].startswith("The terms of a journey are these: category, ")

    @pytest.mark.parametrize(
        ("field", "value", "message"),
        [
            ("control_percent", True, "control group, percent: This is a whole number below "
             "2,147,483,648."),
            ("control_percent", 91, "control group, percent: Ensure this value is less than or "
             "equal to 90."),
            ("entry_kind", "x", "contacts enter: This is none of the choices."),
            ("entry_event", "x" * 101, "event: Ensure this value has at most 100 characters (it "
             "has 101)."),
            ("entry_event", None, "event: This cannot be empty."),
            ("on_date", "tomorrow", "on the day: This is a date such as 2026-03-29."),
            ("at_time", "09:00+02:00", "at the time: This is a time such as 09:00."),
            ("starts_at", "2026-01-01T00:00:00", "nobody enters before: This is a moment with its "
             "zone."),
            ("starts_at", "0001-01-01T00:00:00+14:00", "nobody enters before: This is a moment "
             "with its zone."),
            ("weekdays", [7], "on these days of the week: It takes a list of numbers from 0 to 6, "
             "each once."),
            ("entry_rule", {"all": []}, "for contacts who: The group “all” needs a list of "
             "conditions."),
            ("exits_on_goal", 1, "leave when the goal is reached: This is true or false."),
            ("total_cap", 2**63 - 1, "at most, altogether: This is a whole number below "
             "2,147,483,648."),
            ("total_cap", 2**63, "A number is too large."),
            ("entry_event", "a\x00b", "A text holds the character NUL."),
            ("entry_event", "\ud800", "A text holds half a character."),
            ("entry_where", float("nan"), "A number has no end."),
        ],
    )  # fmt: skip
    def test_it_refuses_a_term_that_does_not_fit(self, journey, field, value, message):
        document = read(journey)
        document["terms"][field] = value

        assert [words for _, words in refused(journey, document)][-1:] == [message]

    def test_it_refuses_what_nests_without_end(self, journey):
        deep = []
        for _ in range(10_000):
            deep = [deep]

        assert refused(journey, deep) == [("", "This nests too deep.")]

    @pytest.mark.parametrize("much", [[0] * 50_001, ["x" * 1_000_001, "x" * 1_000_000]])
    def test_it_refuses_what_is_too_large_to_look_at(self, journey, much):
        document = read(journey)
        document["terms"]["entry_where"] = much

        assert refused(journey, document) == [("", "This is too large for a journey.")]

    @pytest.mark.parametrize(
        ("name", "message"),
        [
            ("a\x00b", "A text holds the character NUL."),
            ("\ud800", "A text holds half a character."),
        ],
    )
    def test_it_refuses_names_that_no_database_holds(self, journey, name, message):
        a_step(journey, "track")
        document = read(journey)
        document["steps"][0]["fields"]["properties"] = {name: 1}

        assert refused(journey, document) == [("", message)]

    def test_it_refuses_a_push_among_the_others_twice(self, journey):
        step = a_step(journey, "push")
        push = a_push(journey.site)
        document = read(journey)
        document["steps"][0]["alternatives"] = [{"push": push.pk, "share": 1}] * 2

        assert refused(journey, document) == [(step.key, "The same push is there twice.")]

    def test_it_refuses_more_pushes_beside_each_other_than_fifty(self, journey):
        step = a_step(journey, "push")
        document = read(journey)
        others = [{"push": a_push(journey.site).pk, "share": 1} for _ in range(51)]
        document["steps"][0]["alternatives"] = others

        wanted = "Alternatives are a list of pushes with their shares."
        assert refused(journey, document) == [(step.key, wanted)]
        document["steps"][0]["alternatives"] = others[:50]
        assert documents.check(document, journey.site, journey=journey) == []

    def test_it_refuses_too_many_steps(self, journey):
        a_step(journey, "leave")
        step = read(journey)["steps"][0]
        many = [{**step, "key": f"{number:012x}"} for number in range(201)]

        assert refused(journey, {**read(journey), "steps": many}) == [
            ("", "A journey has a list of at most 200 steps.")
        ]
        write(journey, {**read(journey), "steps": many[1:]})
        assert journey.steps.count() == 200

    def test_it_refuses_steps_that_are_none(self, journey):
        a_step(journey, "leave")
        good = read(journey)["steps"][0]
        steps = [
            7,
            {**good, "kind": "dance"},
            {**good, "kind": []},
            {**good, "key": ""},
            {**good, "fields": {"x": 1}},
            {**good, "alternatives": []},
        ]

        assert refused(journey, {**read(journey), "steps": steps}) == [
            ("", "Step 1: it has these parts: fields, key, kind, leads, name."),
            ("", "Step 2: there is no such kind of step."),
            ("", "Step 3: there is no such kind of step."),
            ("", f"Step 4: {WRONG_KEY}"),
            ("", "Step 5: a leave has other fields."),
            ("", "Step 6: it has no alternatives."),
        ]

    @pytest.mark.parametrize(
        "key", ["a/b", "..", "a b", "é", "x" * 13, '"><script>', "a\n", "entry", 7, None]
    )
    def test_it_refuses_keys_that_no_address_and_no_page_can_name(self, journey, key):
        a_step(journey, "leave")
        document = read(journey)
        document["steps"][0]["key"] = key

        assert refused(journey, document) == [("", f"Step 1: {WRONG_KEY}")]

    def test_it_refuses_the_same_key_twice(self, journey):
        step = a_step(journey, "leave")
        document = read(journey)
        document["steps"] *= 2

        assert refused(journey, document) == [(step.key, f"2 steps have the key {step.key}.")]

    def test_it_refuses_leads_to_nowhere(self, journey):
        push = a_step(journey, "push")
        document = read(journey)
        document["steps"][0]["leads"] = {"sent": "nowhere", "eaten": push.key}

        assert refused(journey, document) == [
            (push.key, "“Sent” leads to no step."),
            (push.key, "It has no outcome “eaten”."),
        ]

    def test_it_refuses_what_belongs_to_another_site(self, journey):
        theirs = a_site()
        push, popup, start = (a_step(journey, kind) for kind in ("push", "popup", "start"))
        check = a_step(journey, "check")
        document = read(journey)
        steps = document["steps"]
        steps[0]["fields"]["push"] = a_push(theirs).pk
        steps[0]["alternatives"] = [{"push": a_popup(journey.site).pk, "share": 1}]
        steps[1]["fields"]["popup"] = a_popup(theirs).pk
        steps[2]["fields"]["target"] = a_draft(theirs).pk
        rule = {"all": [{"segment": a_segment(theirs).pk, "op": "in"}]}
        steps[3]["fields"]["branches"][0]["rule"] = rule
        document["terms"]["excluded"] = [a_draft(theirs).pk]

        assert refused(journey, document) == [
            (push.key, "The site has no such push."),
            (push.key, "The site has no such push."),
            (popup.key, "The site has no such popup."),
            (start.key, "The site has no such journey."),
            ("", "A rule names a segment of another site."),
            ("", "It excludes journeys of another site."),
        ]
        assert check.branches != steps[3]["fields"]["branches"]

    def test_it_refuses_a_name_that_is_taken_or_empty(self, journey):
        other = a_draft(journey.site)

        taken = [("", "Another journey of this site has this name.")]
        assert refused(journey, {**read(journey), "name": other.name}) == taken
        assert refused(journey, {**read(journey), "name": " "})[-1] == (
            "",
            "name: Nothing of this name can be seen.",
        )

    @pytest.mark.parametrize(
        ("kind", "field", "value", "message"),
        [
            ("check", "branches", [{"key": "none", "name": "N", "rule": {}}],
             "branches: Two of them have the same key."),
            ("check", "branches", [{"key": 1, "name": "N", "rule": 7}],
             "branches: “key” is a text of at most 40 characters."),
            ("split", "paths", [{"key": "a", "name": "A", "weight": 1.5}],
             "paths: A weight is a whole number up to 10000."),
            ("event", "events", [{"key": "a"}],
             "events: Each has these parts: event, key, name, where."),
            ("update", "changes", [{"op": [], "name": "a"}],
             "changes: A change is one of set, unset, add, increment."),
            ("webhook", "headers", {"X": 1}, "headers: The value of a header is a text."),
            ("wait", "amount", 0,
             "amount: Ensure this value is greater than or equal to 1."),
            ("push", "push", None, "push: This cannot be empty."),
            ("push", "push", -1, "push: This is the id of a row."),
        ],
    )  # fmt: skip
    def test_it_refuses_fields_that_do_not_fit(self, journey, kind, field, value, message):
        step = a_step(journey, kind)
        document = read(journey)
        document["steps"][0]["fields"][field] = value

        assert (step.key, message) in refused(journey, document)
