import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.journeys import publishing
from apps.journeys.documents import content, read
from apps.journeys.drafting import editing
from apps.journeys.models import Journey, Lead
from apps.journeys.publishing.changes import Inside
from tests.factories import a_contact, a_property, a_push, a_segment
from tests.journeys.authoring import a_draft, a_flow, a_step, inside, lead, of_every_kind

pytestmark = pytest.mark.django_db


def of_terms(journey):
    return [(each.label, each.before, each.after) for each in publishing.changes(journey).terms]


def of_steps(journey):
    return [
        (step.name, step.verdict, [(d.label, d.before, d.after) for d in step.differences])
        for step in publishing.changes(journey).steps
    ]


@pytest.fixture
def journey():
    journey = a_draft()
    a_flow(journey, "wait", "push")
    publishing.publish(journey)
    return Journey.objects.get(pk=journey.pk)


class TestChanges:
    def test_there_are_none_after_publishing(self, journey):
        found = publishing.changes(journey)

        assert (found.is_empty, found.is_first, found.inside) == (True, False, [])

    def test_all_of_it_is_new_at_first(self):
        journey = a_draft()
        a_step(journey, "leave", "Out")

        found = publishing.changes(journey)

        assert (found.is_first, found.is_empty, found.terms) == (True, False, [])
        assert of_steps(journey) == [("Out", "added", [])]

    def test_terms_are_said_in_the_words_of_the_form(self, journey):
        gold = a_segment(journey.site, name="Gold")
        other = a_draft(journey.site, name="Other")
        a_property(journey.site, "price", "number", event="purchase")
        Journey.objects.filter(pk=journey.pk).update(
            name="New name",
            category="operational",
            entry_event="purchase",
            entry_where=[{"field": "price", "op": "gt", "value": 5}],
            entry_rule={"all": [{"segment": gold.pk, "op": "in"}]},
            weekdays=[4, 0],
            at_time="09:30",
            starts_at="2026-03-01T12:00:00Z",
            excluded=[other.pk],
            exits_with_rule=True,
            total_cap=7,
        )
        was = journey.name

        assert of_terms(journey) == [
            ("Name", was, "New name"),
            ("Category", "Marketing", "Operational"),
            ("Event", "session_started", "purchase"),
            ("Where the event", "–", "price gt 5"),
            ("For contacts who", "Everybody", "is in “Gold”"),
            ("At the time", "–", "09:30"),
            ("On these days of the week", "–", "Monday, Friday"),
            ("At most, altogether", "–", "7"),
            ("Not while inside these journeys", "–", "“Other”"),
            ("Nobody enters before", "–", "01 March 2026, 12:00"),
            ("Leave when “for contacts who” is not met any more", "No", "Yes"),
        ]

    def test_steps_are_added_changed_and_removed(self, journey):
        wait, push = journey.steps.all()
        wait.name, wait.amount = "Wait longer", 5
        wait.save()
        push.alternatives.create(push=a_push(journey.site, name="B"), share=2)
        new = a_step(journey, "leave", "Out")
        Lead.objects.filter(step=wait).update(target=new)
        lead(push, "sent", new)

        assert of_steps(journey) == [
            (
                "Wait longer",
                "changed",
                [
                    ("Name", "wait 1", "Wait longer"),
                    ("Amount", "1 day", "5 days"),
                    ("“Time is over” leads to", "“push 2”", "“Out”"),
                ],
            ),
            (
                "push 2",
                "changed",
                [("Other pushes", "–", "“B” × 2"), ("“Sent” leads to", "the end", "“Out”")],
            ),
            ("Out", "added", []),
        ]
        push.delete()
        assert of_steps(journey)[-1] == ("push 2", "removed", [])

    def test_of_a_wait_the_unit_is_told_with_the_amount(self, journey):
        wait = journey.steps.all()[0]
        wait.unit = "hours"
        wait.save()

        assert of_steps(journey) == [
            (wait.name, "changed", [("Amount", "1 day", "1 hour")]),
        ]

    def test_what_rules_and_pushes_were_called_is_said(self, journey):
        push = journey.steps.all()[1]
        push.push = a_push(journey.site, name="Better")
        was = read(journey)["names"]["assets"]
        push.save()

        assert of_steps(journey) == [
            ("push 2", "changed", [("Push", f"“{next(iter(was.values()))}”", "“Better”")])
        ]

    def test_every_kind_of_step_can_be_told(self, journey):
        of_every_kind(journey)
        Journey.objects.filter(pk=journey.pk).update(entry_event="purchase")
        document = read(journey)
        journey.live_version.document = document
        journey.live_version.save()
        for step in journey.steps.all():
            if step.kind == "check":
                step.branches = [{"key": "x", "name": "X", "rule": {}}]
            elif step.kind == "split":
                step.paths = [*step.paths, {"key": "c", "name": "C", "weight": 1}]
            elif step.kind == "event":
                where = [{"field": "x", "op": "is", "value": 1}]
                step.events = [{"key": "a", "event": "purchase", "where": where}]
            elif step.kind == "update":
                step.changes = [{"op": "unset", "name": "plan"}]
            elif step.kind == "webhook":
                step.headers = {}
            step.save()

        told = {d.label: (d.before, d.after) for step in publishing.changes(journey).steps
                for d in step.differences}  # fmt: skip

        assert told["Branches"][1] == "X: Everybody"
        assert told["Paths"] == ("A 1, B 3", "A 1, B 3, C 1")
        assert told["Events"] == ("purchase", "purchase x is 1")
        assert told["Changes"] == ("set plan gold", "unset plan")
        assert told["Headers"] == ("X-A: 1", "–")

    def test_it_says_how_many_stand_where(self, journey):
        wait, push = journey.steps.all()
        for key in (wait.key, wait.key, push.key):
            inside(journey, key)
        push.delete()

        found = publishing.changes(journey)

        assert found.inside == [
            Inside(version=1, key=wait.key, name="wait 1", contacts=2, is_kept=True),
            Inside(version=1, key=push.key, name="push 2", contacts=1, is_kept=False),
        ]
        assert found.contacts_inside == 3

    @pytest.mark.parametrize(
        ("terms", "expected"),
        [
            ({"entry_kind": "segment"}, 2),
            ({"entry_kind": "segment", "members": "future"}, None),
            ({"entry_kind": "schedule", "members": "future"}, 2),
            ({"entry_kind": "event"}, None),
        ],
    )
    def test_it_says_how_many_meet_the_rule_now(self, journey, terms, expected):
        for language in ("de", "de", "en"):
            a_contact(journey.site, language=language)
        rule = {"all": [{"field": "language", "op": "is", "value": "de"}]}
        Journey.objects.filter(pk=journey.pk).update(entry_rule=rule, **terms)

        found = publishing.changes(journey).would_enter

        assert (found and found.contacts) == expected

    def test_a_broken_rule_is_no_number(self, journey):
        rule = {"all": [{"field": "state.gone", "op": "is", "value": "de"}]}
        Journey.objects.filter(pk=journey.pk).update(entry_rule=rule, entry_kind="segment")

        assert publishing.changes(journey).would_enter is None

    def test_it_asks_as_often_for_three_steps_as_for_one(self):
        counts = []
        for steps in (1, 3):
            journey = a_draft()
            a_flow(journey, *["push"] * steps)
            publishing.publish(journey)
            with CaptureQueriesContext(connection) as queries:
                publishing.changes(journey)
            counts.append(len(queries))

        assert counts[0] == counts[1]


class TestDiscard:
    def test_the_draft_becomes_what_was_published_and_that_can_be_undone(self, journey):
        published = read(journey)
        with editing.change(journey, "Change all"):
            of_every_kind(journey)
            Journey.objects.filter(pk=journey.pk).update(name="Another", total_cap=5)
        changed = read(journey)

        publishing.discard(journey)
        assert content(read(journey)) == content(published)
        assert publishing.changes(journey).is_empty
        assert not Journey.objects.get(pk=journey.pk).has_unpublished_changes

        assert editing.undo(journey) == "Discarded the changes since version 1"
        assert read(journey) == changed

    def test_there_is_nothing_to_go_back_to_at_first(self):
        journey = a_draft()

        with pytest.raises(ValidationError, match="was never published"):
            publishing.discard(journey)
