import ast
from pathlib import Path

from apps.delivery.judging import Why
from apps.journeys import kinds
from apps.journeys.explaining import reasons
from apps.journeys.kinds.doing import WHY


def written():
    """Every word that a kind of step gives as `why`."""
    for path in Path(kinds.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.keyword) and node.arg == "why":
                yield from (n.value for n in ast.walk(node.value) if isinstance(n, ast.Constant))


class TestReasons:
    def test_it_has_words_for_all_that_kinds_give(self):
        computed = {*WHY.values(), *Why.values, "broken", "expired", "not_filled"}

        assert set(reasons.REASONS) == {*written(), *computed} - {""}

    def test_it_leaves_what_nobody_has_worded_as_it_is(self):
        assert (reasons.words("odd"), reasons.words("")) == ("odd", "")
