import json

import pytest

from apps.accounts.models import Property
from apps.journeys.models import (
    CheckStep,
    Edit,
    Journey,
    LeaveStep,
    LimitStep,
    PopupStep,
    PushStep,
    SplitStep,
    StartStep,
    TagStep,
    TrackStep,
    UpdateStep,
    WaitForEventStep,
    WaitStep,
    WebhookStep,
)
from tests.factories import a_popup, a_push
from tests.journeys.builder.house import (
    a_draft,
    a_line,
    errors,
    flow_of,
    rows,
    said,
)

ASK = {"all": [{"field": "push_status", "op": "is", "value": "ask"}]}


class TestAdding:
    def test_it_puts_a_step_between_two(self, builder, journey):
        one, _ = a_line(journey, "One", "Two")

        answer = builder.add("wait", (one.key, "done"), until="duration", amount=3, unit="days")

        assert said(answer) == "“Wait 3 days” is added."
        assert flow_of(journey) == (
            ["One", "Wait 3 days", "Two"],
            ["One.done → Wait 3 days", "Wait 3 days.done → Two"],
        )

    def test_it_is_stored_once_however_often_its_form_is_sent(self, builder, journey):
        for amount in (3, 4):
            builder.add("wait", key="aabbccddeeff", until="duration", amount=amount, unit="days",
                        anyway="1")  # fmt: skip

        step = WaitStep.objects.get()
        assert (step.key, step.amount) == ("aabbccddeeff", 4)

    def test_it_is_not_stored_before_it_is_complete(self, builder, journey):
        answer = builder.add("popup")

        assert errors(answer) == {"id_popup": ["Choose one."]}
        assert not journey.steps.exists()
        assert not Edit.objects.exists()

    def test_it_can_be_undone(self, builder, journey):
        builder.add("leave")

        assert builder.edit("undo") == "Undone: Added “Leave”."
        assert not journey.steps.exists()

    @pytest.mark.parametrize("place", [("gone", "done"), ("", "other")])
    def test_it_refuses_a_place_that_is_not_there(self, builder, journey, place):
        answer = builder.add("leave", place)

        assert said(answer) == "This place is not in the journey any more."
        assert not journey.steps.exists()

    @pytest.mark.parametrize("kind", ["", "explode", "__class__"])
    def test_it_knows_its_kinds_alone(self, builder, journey, kind):
        assert builder.add(kind).status_code == 404
        assert builder.get(f"flow/new/?kind={kind}&step=&outcome=").status_code == 404

    @pytest.mark.parametrize("key", ["AABBCCDDEEFF", "a", "zzzzzzzzzzzz", "a" * 40])
    def test_it_takes_keys_of_their_form_alone(self, builder, journey, key):
        assert builder.add("leave", key=key).status_code == 404
        assert not journey.steps.exists()

    @pytest.mark.parametrize(
        "kind", ["popup", "push", "wait", "event", "check", "split", "limit", "start", "leave",
                 "update", "tag", "track", "webhook"]
    )  # fmt: skip
    def test_every_kind_has_a_form(self, builder, kind):
        page = builder.get(f"flow/new/?kind={kind}&step=&outcome=")

        assert page.status_code == 200
        assert page.context["step"].kind == kind


class TestEveryKind:
    def test_a_popup(self, builder, journey):
        popup = a_popup(journey.site, name="Box")

        builder.add("popup", popup=popup.pk)

        step = PopupStep.objects.get(journey=journey)
        assert (step.popup, step.name) == (popup, "Box")

    def test_a_push_with_others_beside_it(self, builder, journey):
        first, second = a_push(journey.site, name="A"), a_push(journey.site, name="B")
        others = rows("alternatives", {"push": second.pk, "share": 7})

        builder.add("push", push=first.pk, share=3, winner_after=500, devices="latest",
                    hours="fixed", fixed_time="09:30", **others)  # fmt: skip

        step = PushStep.objects.get(journey=journey)
        assert step.pushes() == [(first, 3), (second, 7)]
        assert step.config() == {
            "pushes": [[first.pk, 3], [second.pk, 7]],
            "winner_after": 500,
            "devices": "latest",
            "hours": "fixed",
            "at": "09:30",
            "caps": True,
            "consent": True,
        }

    def test_a_push_each_once(self, builder, journey):
        push = a_push(journey.site)
        others = rows("alternatives", {"push": push.pk, "share": 7})

        answer = builder.add("push", push=push.pk, share=3, winner_after=0, devices="all",
                             hours="always", **others)  # fmt: skip

        assert errors(answer) == {
            "id_alternatives-0-push": ["This push is chosen already; choose each once."]
        }

    def test_a_wait_until_an_hour(self, builder):
        builder.add("wait", until="hour", at_time="18:00", weekdays=["0", "4"])

        step = WaitStep.objects.get()
        assert (step.config()["at"], step.weekdays, step.name) == ("18:00", [0, 4], "Wait")

    @pytest.mark.parametrize(
        ("until", "field"), [("date", "on_date"), ("property", "property"), ("hour", "at_time")]
    )
    def test_a_wait_asks_for_what_it_needs(self, builder, journey, until, field):
        assert list(errors(builder.add("wait", until=until))) == [f"id_{field}"]
        assert not journey.steps.exists()

    def test_a_wait_for_events(self, builder, journey):
        name = journey.site.event_names.create(name="purchase")
        Property.objects.create(site=journey.site, event_name=name, name="price", type="number")
        where = [{"field": "price", "op": "gt", "value": 20}]
        events = rows(
            "events",
            {"key": "aa11", "event": "purchase", "name": "Bought", "where": json.dumps(where)},
            {"key": "bb22", "event": "session_started", "name": "", "where": ""},
        )

        builder.add("event", amount=2, unit="days", **events)

        step = WaitForEventStep.objects.get()
        assert step.name == "Wait for Bought"
        assert step.listens() == [("aa11", "purchase", where), ("bb22", "session_started", [])]

    def test_a_wait_for_an_event_asks_for_properties_that_are_known(self, builder, journey):
        where = json.dumps([{"field": "gone", "op": "gt", "value": 20}])
        events = rows("events", {"event": "session_started", "where": where})

        answer = builder.add("event", amount=2, unit="days", **events)

        assert errors(answer) == {"id_events-0-where": ["Nothing is known as “gone” here."]}
        assert not journey.steps.exists()

    def test_a_check(self, builder):
        branches = rows("branches", {"key": "aa", "name": "Ask", "rule": json.dumps(ASK)})

        builder.add("check", **branches)

        assert CheckStep.objects.get().outcomes == (("aa", "Ask"), ("none", "None of them"))
        assert CheckStep.objects.get().rules() == [ASK]

    def test_a_check_refuses_a_rule_that_cannot_be_asked(self, builder, journey):
        gone = json.dumps({"field": "state.gone", "op": "is", "value": "x"})
        branches = rows("branches", {"key": "aa", "name": "Ask", "rule": gone})

        answer = builder.add("check", **branches)

        assert errors(answer) == {"id_branches-0-rule": ["Nothing is known as “gone” here."]}
        assert not journey.steps.exists()

    def test_a_split(self, builder):
        paths = rows("paths", {"key": "a", "name": "A", "weight": 1},
                     {"key": "b", "name": "B", "weight": 3})  # fmt: skip

        builder.add("split", **paths)

        assert SplitStep.objects.get().summary() == "A 25 %, B 75 %"

    def test_a_limit(self, builder):
        builder.add("limit", most=50, period="week")

        assert LimitStep.objects.get().summary() == "The first 50 a week"

    def test_a_start(self, builder, journey):
        other = a_draft(journey.site, "Other")
        Journey.objects.filter(pk=other.pk).update(entry_kind="call")

        builder.add("start", target=other.pk)

        assert StartStep.objects.get().target == other

    def test_a_leave(self, builder):
        builder.add("leave")

        assert LeaveStep.objects.get().outcomes == ()

    def test_an_update(self, builder):
        changes = rows(
            "changes",
            {"op": "set", "name": "vip", "value": "true"},
            {"op": "increment", "name": "state.orders", "value": "2"},
            {"op": "unset", "name": "old", "value": "x"},
            {"op": "add", "name": "tags", "value": "{{ event.tag }}"},
        )

        builder.add("update", **changes)

        assert UpdateStep.objects.get().changes == [
            {"op": "set", "name": "vip", "value": True},
            {"op": "increment", "name": "orders", "value": 2},
            {"op": "unset", "name": "old"},
            {"op": "add", "name": "tags", "value": "{{ event.tag }}"},
        ]

    def test_an_update_says_what_is_wrong_at_each_row(self, builder):
        changes = rows(
            "changes",
            {"op": "set", "name": "a b", "value": "1"},
            {"op": "increment", "name": "orders", "value": "many"},
        )

        assert errors(builder.add("update", **changes)) == {
            "id_changes-0-name": ["A name has letters, digits and _ only."],
            "id_changes-1-value": ["Write by how much, as a number or a tag."],
        }

    def test_a_tag(self, builder):
        builder.add("tag", tag="journey.cart", source="event.total")

        assert TagStep.objects.get().config() == {"tag": "cart", "source": "event.total"}

    def test_a_track(self, builder):
        properties = rows("properties", {"name": "level", "value": "3"})

        builder.add("track", event="levelled_up", **properties)

        assert TrackStep.objects.get().config() == {
            "event": "levelled_up",
            "properties": {"level": 3},
        }

    def test_a_webhook(self, builder):
        headers = rows("headers", {"name": "X-Team", "value": "{{ state.team }}"})

        builder.add("webhook", method="PUT", url="https://example.com/{{ state.id }}",
                    body="{}", patience_hours=2, **headers)  # fmt: skip

        assert WebhookStep.objects.get().config() == {
            "method": "PUT",
            "url": "https://example.com/{{ state.id }}",
            "headers": {"X-Team": "{{ state.team }}"},
            "body": "{}",
            "patience_hours": 2,
        }

    def test_a_webhook_takes_no_header_of_two_lines(self, builder, journey):
        headers = rows("headers", {"name": "X: Y", "value": "a\r\nb"})

        answer = builder.add("webhook", method="PUT", url="ftp://x", patience_hours=2, **headers)

        assert sorted(errors(answer)) == ["id_headers-0-name", "id_headers-0-value", "id_url"]
        assert not journey.steps.exists()
