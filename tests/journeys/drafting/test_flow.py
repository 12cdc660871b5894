import pytest

from apps.journeys.drafting import flow
from apps.journeys.drafting.flow import BEGINNING, Flow, Refused

ONE = (("done", "Done"),)
TWO = (("yes", "Yes"), ("no", "No"))


def a_flow(*steps, **leads):
    """A flow of steps `name` or `name?` (two outcomes); leads as `a_yes="b"`, the first step at
    the beginning."""
    outcomes = {
        name.strip("?!"): TWO if "?" in name else () if "!" in name else ONE for name in steps
    }
    found = {"": {"": next(iter(outcomes))}} if outcomes else {}
    for place, target in leads.items():
        step, outcome = place.split("_")
        found.setdefault(step, {})[outcome] = target
    return Flow(outcomes=outcomes, leads=found)


def written(flow):
    """The leads as text, in order."""
    return [
        f"{step or 'start'}{f'.{outcome}' if outcome else ''} → {target}"
        for step in ("", *flow.outcomes)
        for outcome, target in sorted(flow.leads.get(step, {}).items())
    ]


LINE = a_flow("a", "b", "c", a_done="b", b_done="c")
# a asks: yes leads to b and c, no to d, which goes on at c.
FORK = a_flow("a?", "b", "c", "d", a_yes="b", a_no="d", b_done="c", d_done="c")


class TestWhereStepsAreDrawn:
    def test_it_draws_a_step_at_the_first_place_that_leads_to_it(self):
        assert flow.drawn_at(FORK) == {
            "a": BEGINNING,
            "b": ("a", "yes"),
            "c": ("b", "done"),
            "d": ("a", "no"),
        }

    def test_it_ends_although_the_flow_goes_round(self):
        round_and_round = a_flow("a", "b", a_done="b", b_done="a")

        assert list(flow.drawn_at(round_and_round)) == ["a", "b"]

    def test_it_finds_what_nothing_leads_to_and_what_leads_to_itself_alone(self):
        lost = a_flow("a", "b", "c", "d", "e", b_done="c", d_done="e", e_done="d")

        assert flow.drawn_at(lost) == {
            "a": BEGINNING,
            "b": None,
            "c": ("b", "done"),
            "d": None,
            "e": ("d", "done"),
        }


class TestInserting:
    def test_it_puts_what_was_there_below_the_main_outcome(self):
        assert written(flow.insert(LINE, "x", TWO, ("a", "done"))) == [
            "start → a",
            "a.done → x",
            "x.yes → b",
            "b.done → c",
        ]

    def test_it_begins_an_empty_flow(self):
        assert written(flow.insert(Flow(), "x", ONE, BEGINNING)) == ["start → x"]

    def test_it_comes_before_the_first(self):
        assert list(flow.insert(LINE, "x", ONE, BEGINNING).outcomes) == ["x", "a", "b", "c"]

    def test_a_step_without_outcomes_lets_what_was_there_go_loose(self):
        found = flow.insert(LINE, "x", (), ("a", "done"))

        assert written(found) == ["start → a", "a.done → x", "b.done → c"]
        assert flow.drawn_at(found)["b"] is None

    @pytest.mark.parametrize("place", [("gone", "done"), ("a", "gone"), ("", "x")])
    def test_it_refuses_a_place_that_is_not_there(self, place):
        with pytest.raises(Refused):
            flow.insert(LINE, "x", ONE, place)

    def test_it_refuses_a_step_that_is_there(self):
        with pytest.raises(Refused):
            flow.insert(LINE, "b", ONE, ("a", "done"))


class TestMoving:
    def test_what_came_after_closes_up(self):
        assert written(flow.move(LINE, "a", ("b", "done"))) == [
            "start → b",
            "b.done → a",
            "a.done → c",
        ]

    def test_it_takes_its_other_branches_along(self):
        fork = a_flow("s", "a?", "b", "d", s_done="a", a_yes="b", a_no="d")

        assert written(flow.move(fork, "a", ("b", "done"))) == [
            "start → s",
            "s.done → b",
            "b.done → a",
            "a.no → d",
        ]

    def test_every_way_that_led_to_it_closes_up(self):
        assert written(flow.move(FORK, "c", ("a", "yes"))) == [
            "start → a",
            "a.no → d",
            "a.yes → c",
            "c.done → b",
        ]

    @pytest.mark.parametrize("place", [("a", "yes"), BEGINNING])
    def test_it_stays_where_it_is(self, place):
        assert flow.move(FORK, "a", place) == FORK

    @pytest.mark.parametrize("place", [("a", "no"), ("d", "done")])
    def test_it_refuses_a_place_in_its_own_branches(self, place):
        with pytest.raises(Refused, match="its own branches"):
            flow.move(FORK, "a", place)

    def test_a_loop_to_itself_ends(self):
        round_again = a_flow("a", "b", a_done="a")

        assert written(flow.move(round_again, "a", ("b", "done"))) == ["start → b", "b.done → a"]


class TestRemoving:
    def test_what_comes_after_takes_its_place(self):
        assert written(flow.remove(LINE, "b", with_branch=False)) == ["start → a", "a.done → c"]

    def test_what_hangs_below_its_other_outcomes_goes_too(self):
        assert flow.beside(FORK, "a") == ["d"]
        assert written(flow.remove(FORK, "a", with_branch=False)) == ["start → b", "b.done → c"]

    def test_with_its_branch_what_can_be_come_to_otherwise_stays(self):
        assert flow.below(FORK, "b") == ["b"]
        assert written(flow.remove(FORK, "b", with_branch=True)) == [
            "start → a",
            "a.no → d",
            "d.done → c",
        ]

    def test_with_its_branch_all_below_goes(self):
        assert flow.below(LINE, "a") == ["a", "b", "c"]
        assert flow.remove(LINE, "a", with_branch=True) == Flow()

    def test_the_next_loose_one_begins_when_the_first_has_gone(self):
        assert written(flow.remove(a_flow("a", "b"), "a", with_branch=True)) == ["start → b"]


class TestDuplicating:
    def test_the_copy_comes_right_after(self):
        assert written(flow.duplicate(FORK, "a", "x")) == [
            "start → a",
            "a.no → d",
            "a.yes → x",
            "x.yes → b",
            "b.done → c",
            "d.done → c",
        ]

    def test_it_refuses_a_last_one(self):
        with pytest.raises(Refused):
            flow.duplicate(a_flow("a!"), "a", "x")


class TestLeading:
    def test_it_leads_to_a_step_that_is_there(self):
        assert written(flow.lead(LINE, ("c", "done"), "a"))[-1] == "c.done → a"

    def test_it_leads_to_the_end_and_what_was_there_is_loose(self):
        found = flow.lead(LINE, ("a", "done"), "")

        assert written(found) == ["start → a", "b.done → c"]

    def test_it_refuses_a_step_that_is_not_there(self):
        with pytest.raises(Refused):
            flow.lead(LINE, ("a", "done"), "gone")

    def test_outcomes_that_are_no_more_lead_nowhere(self):
        assert written(flow.with_outcomes(FORK, "a", (("yes", "Yes"),))) == [
            "start → a",
            "a.yes → b",
            "b.done → c",
            "d.done → c",
        ]
