import json

import pytest

from apps.accounts import contacts
from apps.segments.admin.segments import SegmentForm
from apps.segments.forms import RuleField
from apps.segments.models import Segment
from tests.factories import a_contact, a_segment, a_site

ASK = {"field": "push_status", "op": "is", "value": "ask"}


def a_form(site, rule, segment=None, **changes):
    text = rule if isinstance(rule, str) else json.dumps(rule)
    sent = {"site": site.pk, "name": "Mine", "kind": "rule", "rule": text, **changes}
    return SegmentForm(sent, instance=segment)


@pytest.mark.django_db
class TestRuleForm:
    def test_it_takes_a_rule(self):
        site = a_site()

        segment = a_form(site, {"all": [ASK]}).save()

        assert segment.rule == {"all": [ASK]}

    @pytest.mark.parametrize("text", ["", "  ", "{}", "null"])
    def test_it_takes_nothing_as_everybody(self, text):
        assert a_form(a_site(), text).save().rule == {}

    def test_it_keeps_what_was_typed_and_says_where_it_is_wrong(self):
        rule = {"all": [ASK, {"any": [{"field": "state.city", "op": "is", "value": "Berlin"}]}]}
        form = a_form(a_site(), rule)

        assert form.errors == {"rule": ["Nothing is known as “city” here."]}
        assert form["rule"].value() == json.dumps(rule)
        [problem] = form["rule"].field.widget.problems
        assert problem.path == ("all", 1, "any", 0, "field")
        assert not Segment.objects.exists()

    def test_it_refuses_a_cycle_by_name(self):
        site = a_site()
        first = a_segment(site, name="First")
        second = a_segment(site, name="Second", rule={"segment": first.pk, "op": "in"})

        form = a_form(site, {"all": [{"segment": second.pk, "op": "in"}]}, first)

        assert "First → Second → First" in form.errors["rule"][0]
        first.refresh_from_db()
        assert first.rule == {}

    @pytest.mark.parametrize(
        "text",
        [
            "no JSON",
            "{",
            "[" * 200_000,
            '{"all": ' * 50_000,
            '{"field": "language", "op": "is", "value": "\\ud800"}',
            '{"field": "sessions", "op": "gte", "value": NaN}',
            f'{{"field": "sessions", "op": "gte", "value": {"9" * 5000}}}',
            '"text"',
            '""',
            "[]",
            "0",
            "false",
            "[1, 2]",
            "1",
            '{"all": "everything"}',
            '{"all": [], "any": []}',
            '{"field": ["x"], "op": {"y": 1}, "value": []}',
            '{"event": {}, "measure": [], "op": 1, "value": null}',
            '{"segment": {"x": 1}, "op": ["in"]}',
            '{"segment": 1e400, "op": "in"}',
        ],
    )
    def test_it_refuses_hostile_text_and_shows_it_again(self, text):
        form = a_form(a_site(), text)

        assert list(form.errors) == ["rule"]
        assert form["rule"].value() == text
        str(form["rule"]).encode()
        assert not Segment.objects.exists()

    def test_it_says_what_of_a_stored_rule_is_broken(self):
        site = a_site()
        rule = {"all": [ASK, {"field": "state.gone", "op": "is", "value": "x"}]}
        form = SegmentForm(instance=a_segment(site, rule=rule))

        found = form.fields["rule"].widget.problems
        assert [(row.path, row.message) for row in found] == [
            (("all", 1, "field"), "Nothing is known as “gone” here.")
        ]

    def test_it_keeps_no_rule_for_a_list(self):
        segment = a_form(a_site(), {"all": [ASK]}, kind="imported").save()

        assert (segment.kind, segment.rule) == ("imported", {})

    def test_it_finds_no_change_where_only_the_spaces_differ(self):
        field = RuleField()

        assert not field.has_changed({"all": [ASK]}, json.dumps({"all": [ASK]}, indent=4))
        assert field.has_changed({"all": [ASK]}, "{}")
        assert field.has_changed({"all": [ASK]}, "{")

    def test_it_knows_the_properties_of_the_chosen_site_alone(self):
        ours, theirs = a_site(), a_site()
        contacts.update_state(a_contact(theirs), {"city": "Berlin"})
        rule = {"field": "state.city", "op": "is", "value": "Berlin"}

        assert not a_form(ours, rule).is_valid()
        assert a_form(theirs, rule).is_valid()
