from apps.journeys.drafting.drawing import draw
from tests.journeys.drafting.test_flow import FORK, LINE, a_flow


def shown(line):
    """A line as nested lists: keys of cards, then what ends it."""
    cards = []
    for card in line.cards:
        aside = [f"{way.place[1]}>{way.goes_on or 'end'}" for way in card.aside]
        cards.append(f"{card.key}({' '.join(aside)})" if aside else card.key)
        cards += [{branch.way.label: shown(branch)} for branch in card.branches]
    if line.tail:
        cards.append(f">{line.tail.goes_on or 'end'}")
    return cards


class TestDrawing:
    def test_it_draws_a_line(self):
        assert [shown(line) for line in draw(LINE)] == [["a", "b", "c", ">end"]]

    def test_it_draws_branches_side_by_side_and_a_step_once(self):
        assert [shown(line) for line in draw(FORK)] == [
            ["a", {"Yes": ["b", "c", ">end"]}, {"No": ["d", ">c"]}]
        ]

    def test_outcomes_without_steps_of_their_own_stand_on_the_card(self):
        found = draw(a_flow("a?", "b?", a_yes="b", b_no="a"))

        assert [shown(line) for line in found] == [["a(no>end)", "b(no>a)", ">end"]]

    def test_the_way_between_has_words_only_where_there_are_others(self):
        _, card, last = draw(a_flow("a?", "b", "c", a_yes="b", b_done="c"))[0].cards

        assert (card.above.label, last.above.label) == ("Yes", "")

    def test_steps_that_part_show_all_their_outcomes(self):
        found = draw(a_flow("a?", "b", a_yes="b"), side_by_side=["a"])

        assert shown(found[0]) == ["a", {"Yes": ["b", ">end"]}, {"No": [">end"]}]

    def test_it_draws_what_nothing_leads_to_by_itself(self):
        found = draw(a_flow("a", "b", "c", b_done="c", c_done="a"))

        assert [shown(line) for line in found] == [["a", ">end"], ["b", "c", ">a"]]

    def test_a_last_step_has_nothing_below_it(self):
        assert shown(draw(a_flow("a", "b!", a_done="b"))[0]) == ["a", "b"]

    def test_an_empty_flow_ends_at_once(self):
        assert shown(draw(a_flow())[0]) == [">end"]
