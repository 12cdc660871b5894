import json

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

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
    Step,
    TagStep,
    TrackStep,
    UpdateStep,
    WaitForEventStep,
    WaitStep,
    WebhookStep,
)
from tests.factories import a_popup, a_push, a_site
from tests.journeys.builder.house import (
    Builder,
    a_draft,
    a_line,
    a_wait,
    errors,
    flow_of,
    said,
)

ASK = {"all": [{"field": "push_status", "op": "is", "value": "ask"}]}


def rows(name, *values):
    """The form data of rows that were added."""
    sent = {f"{name}-TOTAL_FORMS": len(values), f"{name}-INITIAL_FORMS": 0}
    for number, row in enumerate(values):
        sent[f"{name}-{number}-ORDER"] = number + 1
        sent |= {f"{name}-{number}-{field}": value for field, value in row.items()}
    return sent


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

        assert errors(answer) == {"id_popup": ["This field is required."]}
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
            "id_push": ["The same push is among the others; choose each once."]
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
            "id_changes-1-value": ["Write by how much, as a number."],
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


class TestSaving:
    def test_it_saves_what_is_written(self, builder, journey):
        step = a_wait(journey, "Wait 1 day")

        answer = builder.save(step, amount=5)

        step.refresh_from_db()
        assert (step.amount, step.name) == (5, "Wait 5 days")
        assert answer.context["saved"] is True
        assert Edit.objects.get().words == "Changed “Wait 5 days”"

    def test_a_name_that_was_written_stays(self, builder, journey):
        step = a_wait(journey, "Breathe")

        builder.save(step, amount=5)

        step.refresh_from_db()
        assert (step.amount, step.name) == (5, "Breathe")

    def test_what_is_written_without_a_pause_is_undone_at_once(self, builder, journey):
        one, two = a_line(journey, "One", "Two")
        for amount in (5, 55, 555):
            builder.save(one, amount=amount)
        builder.save(two, amount=7)

        said = [builder.edit("undo"), builder.edit("undo"), builder.edit("undo")]

        assert said == [
            "Undone: Changed “Two”.",
            "Undone: Changed “One”.",
            "There is nothing to undo.",
        ]
        one.refresh_from_db()
        assert one.amount == 1

    def test_after_a_pause_it_is_undone_by_itself(self, builder, journey):
        step = a_wait(journey, "Breathe")
        builder.save(step, amount=5)
        Edit.objects.update(at=timezone.now() - timezone.timedelta(minutes=1))
        builder.save(step, amount=6)

        builder.edit("undo")

        step.refresh_from_db()
        assert step.amount == 5

    def test_nothing_is_recorded_where_nothing_changed(self, builder, journey):
        builder.save(a_wait(journey, "Breathe"))

        assert not Edit.objects.exists()

    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({"amount": "0"}, "amount"),
            ({"amount": "many"}, "amount"),
            ({"amount": "9" * 400}, "amount"),
            ({"unit": "aeons"}, "unit"),
            ({"until": "never"}, "until"),
            ({"name": "x" * 101}, "name"),
            ({"name": "a\x00b"}, "name"),
        ],
    )
    def test_what_is_wrong_is_said_and_not_stored(self, builder, journey, values, field):
        step = a_wait(journey, "Breathe")

        answer = builder.save(step, **values)

        step.refresh_from_db()
        assert list(errors(answer)) == [f"id_{field}"]
        assert (step.amount, step.unit, step.until, step.name) == (1, "days", "duration", "Breathe")

    def test_a_branch_that_is_removed_leads_nowhere(self, builder, journey):
        builder.add("split", key="aabbccddeeff", **rows(
            "paths",
            {"key": "a", "name": "A", "weight": 1},
            {"key": "b", "name": "B", "weight": 1},
        ))  # fmt: skip
        split = journey.steps.get()
        builder.add("leave", (split.key, "b"))

        builder.save(split, **{"paths-1-DELETE": "on"})

        assert flow_of(journey) == (["Random split", "Leave"], [])
        assert [row["key"] for row in SplitStep.objects.get().paths] == ["a"]

    def test_a_key_of_a_branch_that_is_taken_is_made_anew(self, builder):
        builder.add("check", **rows(
            "branches",
            {"key": "none", "name": "A"},
            {"key": "x", "name": "B"},
            {"key": "x", "name": "C"},
        ))  # fmt: skip

        keys = [row["key"] for row in CheckStep.objects.get().branches]
        assert len(set(keys) - {"none"}) == 3

    def test_rows_come_in_the_order_that_was_chosen(self, builder):
        builder.add("split", **rows(
            "paths",
            {"key": "a", "name": "A", "weight": 1, "ORDER": 2},
            {"key": "b", "name": "B", "weight": 1, "ORDER": 1},
        ))  # fmt: skip

        assert [row["name"] for row in SplitStep.objects.get().paths] == ["B", "A"]

    @pytest.mark.parametrize("total", ["x", "", "1000000000"])
    def test_rows_without_end_are_refused(self, builder, journey, total):
        answer = builder.add("split", **{"paths-TOTAL_FORMS": total, "paths-INITIAL_FORMS": "0"})

        assert answer.status_code == 200
        assert not journey.steps.exists()


class TestTwoPeople:
    def test_the_second_is_asked_and_nothing_is_lost(self, builder, journey):
        step = a_wait(journey, "Breathe")
        form = builder.get(f"flow/step/{step.key}/")
        builder.save(step, amount=5)
        mine = {"until": "duration", "amount": 9, "unit": "hours", "name": "Mine"}

        answer = builder.post(f"flow/step/{step.key}/", seen=form.context["seen"], **mine)

        step.refresh_from_db()
        assert "Somebody else has changed this meanwhile" in answer.content.decode()
        assert (step.amount, step.name) == (5, "Breathe")

        builder.post(f"flow/step/{step.key}/", seen="", anyway="1", **mine)

        step.refresh_from_db()
        assert (step.amount, step.unit, step.name) == (9, "hours", "Mine")

    def test_two_at_different_steps_do_not_meet(self, builder, journey):
        one, two = a_line(journey, "One", "Two")
        seen = builder.get(f"flow/step/{one.key}/").context["seen"]
        builder.save(two, amount=5)

        builder.post(f"flow/step/{one.key}/", seen=seen, until="duration", amount=7, unit="days")

        one.refresh_from_db()
        assert one.amount == 7


class TestRights:
    def push(self, builder, journey, **values):
        step = PushStep.objects.create(journey=journey, name="Send", push=a_push(journey.site))
        answer = builder.save(step, respects_caps="", respects_consent="", **values)
        assert errors(answer) == {}
        return PushStep.objects.get(pk=step.pk)

    def test_who_has_no_right_keeps_to_caps_and_consent(self, builder, journey):
        Permission.objects.get(codename="send_without_caps").group_set.clear()
        Permission.objects.get(codename="send_without_consent").group_set.clear()

        step = self.push(builder, journey, winner_after=7)

        assert (step.respects_caps, step.respects_consent, step.winner_after) == (True, True, 7)

    def test_who_has_the_right_need_not(self, client, journey):
        builder = Builder(client, journey)
        user = builder.page().wsgi_request.user
        for right in ("send_without_caps", "send_without_consent"):
            user.user_permissions.add(Permission.objects.get(codename=right))

        step = self.push(builder, journey)

        assert (step.respects_caps, step.respects_consent) == (False, False)


class TestSites:
    @pytest.mark.parametrize(
        ("kind", "field", "make"),
        [
            ("popup", "popup", a_popup),
            ("push", "push", a_push),
            ("start", "target", lambda site: a_draft(site, "Stranger")),
        ],
    )
    def test_it_offers_and_takes_what_the_site_has(self, builder, journey, kind, field, make):
        stranger = make(a_site())
        Journey.objects.filter(name="Stranger").update(entry_kind="call")

        page = builder.get(f"flow/new/?kind={kind}&step=&outcome=").content.decode()
        more = {"winner_after": 0, "share": 1, "devices": "all", "hours": "always"}
        answer = builder.add(kind, **{field: stranger.pk}, **more, **rows("alternatives"))

        assert f">{stranger}" not in page
        assert list(errors(answer)) == [f"id_{field}"]
        assert not Step.objects.filter(journey=journey).exists()

    def test_an_alternative_of_another_site_is_refused(self, builder, journey):
        others = rows("alternatives", {"push": a_push(a_site()).pk, "share": 7})

        answer = builder.add("push", push=a_push(journey.site).pk, share=1, winner_after=0,
                             devices="all", hours="always", **others)  # fmt: skip

        assert list(errors(answer)) == ["id_alternatives-0-push"]
        assert not journey.steps.exists()
