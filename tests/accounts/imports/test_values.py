import pytest

from apps.accounts.imports import values
from apps.accounts.imports.values import ValueRefused


class TestRead:
    @pytest.mark.parametrize(
        ("raw", "type_", "found"),
        [
            ("12", "number", 12),
            ("-1.5", "number", -1.5),
            ("1e3", "number", 1000.0),
            (7, "number", 7),
            ("Yes", "yes_no", True),
            ("0", "yes_no", False),
            (True, "yes_no", True),
            ("2026-11-30", "date", "2026-11-30"),
            ("2026-11-30 18:00:00", "date", "2026-11-30T18:00:00"),
            ("2026-11-30T18:00:00Z", "date", "2026-11-30T18:00:00Z"),
            ("a; b", "list", ["a", "b"]),
            ('["a", 1]', "list", ["a", 1]),
            (["a"], "list", ["a"]),
            ('{"a": 1}', "json", {"a": 1}),
            (1.5, "text", "1.5"),
        ],
    )
    def test_it_reads_the_cell_in_its_type(self, raw, type_, found):
        assert values.read(raw, type_) == found

    @pytest.mark.parametrize(
        ("raw", "type_"),
        [
            ("1,5", "number"), ("nan", "number"), ("1e999", "number"), ("1_000", "number"),
            (True, "number"), ("maybe", "yes_no"), ("30.11.2026", "date"), ("2026-02-30", "date"),
            ("{", "json"), ('"a\\u0000"', "json"), ('"\\ud800"', "json"), ("NaN", "json"),
            ("1e999", "json"), ("[" * 500 + "]" * 500, "json"),
            ({"a": 1}, "text"), ("yesterday", "moment"),
            ("0001-01-01T00:00:00+14:00", "moment"), ("9" * 500, "number"),
        ],
    )  # fmt: skip
    def test_it_refuses_another_type(self, raw, type_):
        with pytest.raises(ValueRefused):
            values.read(raw, type_)


class TestGuess:
    @pytest.mark.parametrize(
        ("cells", "type_"),
        [
            (["yes", "no", ""], "yes_no"),
            (["1", "2.5", None], "number"),
            (["0", "1"], "number"),
            (["0123", "4567"], "text"),
            (["+49123"], "text"),
            (["2026-01-01", "2026-01-02T10:00"], "date"),
            (['["a"]'], "list"),
            ([1, 2.5], "number"),
            ([True], "yes_no"),
            ([["a"]], "list"),
            ([1, "a"], "json"),
            (["", None], "text"),
            (["1", "n/a"], "text"),
        ],
    )
    def test_it_names_the_type_that_fits_all(self, cells, type_):
        assert values.guess(cells) == type_
