import pytest

from apps.accounts import lines


class TestGuard:
    @pytest.mark.parametrize(
        ("text", "guarded"),
        [
            ("=1+1", "'=1+1"), ("+49", "'+49"), ("@sum", "'@sum"), ("-1+1", "'-1+1"),
            ("\tx", "'\tx"), ("\rx", "'\rx"), ("'=1", "''=1"), ("-1.5", "-1.5"), ("Anna", "Anna"),
            ("'Anna", "'Anna"),
        ],
    )  # fmt: skip
    def test_it_is_no_formula_and_comes_back(self, text, guarded):
        assert lines.guard(text) == guarded
        assert lines.unguard(guarded) == text
