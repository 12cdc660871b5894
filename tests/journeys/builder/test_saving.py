import re

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from apps.journeys.models import (
    CheckStep,
    Edit,
    Journey,
    PushStep,
    SplitStep,
    Step,
)
from tests.factories import a_popup, a_push, a_site
from tests.journeys.builder.house import (
    Builder,
    a_draft,
    a_line,
    a_wait,
    errors,
    flow_of,
    rows,
)

ASK = {"all": [{"field": "push_status", "op": "is", "value": "ask"}]}


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

    @pytest.mark.parametrize("key", ["a/b", '"><script>', "A", "x" * 41, "a b", "é"])
    def test_a_key_of_another_form_is_made_anew(self, builder, key):
        builder.add("check", **rows("branches", {"key": key, "name": "A"}))

        (branch,) = CheckStep.objects.get().branches
        assert re.fullmatch("[0-9a-f]{8}", branch["key"])

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
        assert (
            "You have changed this journey meanwhile in another window" in answer.content.decode()
        )
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
