import pytest

from apps.assets.forms import PushForm
from apps.assets.forms.spans import SpanWidget, said

WIDGET = SpanWidget()


class TestSpanWidget:
    @pytest.mark.parametrize(
        ("seconds", "shown"),
        [
            (86_400, ["1", "days"]),
            (2_592_000, ["30", "days"]),
            (5_400, ["90", "minutes"]),
            (7_200, ["2", "hours"]),
            (90, ["1.5", "minutes"]),
            (100, ["1.667", "minutes"]),
            ("soon", ["soon", "minutes"]),
            (None, ["", "minutes"]),
        ],
    )
    def test_it_shows_the_largest_unit_that_fits(self, seconds, shown):
        assert WIDGET.decompress(seconds) == shown

    @pytest.mark.parametrize("seconds", [60, 90, 100, 3_601, 86_461, 2_592_000])
    def test_what_it_shows_is_read_back_unchanged(self, seconds):
        number, unit = WIDGET.decompress(seconds)

        data = {"ttl_0": number, "ttl_1": unit}

        assert WIDGET.value_from_datadict(data, {}, "ttl") == str(seconds)

    def test_it_takes_half_hours_with_a_comma_too(self):
        data = {"ttl_0": "1,5", "ttl_1": "hours"}

        assert WIDGET.value_from_datadict(data, {}, "ttl") == "5400"

    @pytest.mark.parametrize(
        ("number", "unit"), [("soon", "days"), ("-1", "days"), ("1", "years"), ("9" * 20, "days")]
    )
    def test_what_is_no_span_is_an_error_of_the_field(self, number, unit):
        form = PushForm({"ttl_0": number, "ttl_1": unit})

        assert form.errors["ttl"]

    @pytest.mark.parametrize(
        ("number", "unit", "words"),
        [
            ("9999", "days", "At most 30 days."),
            ("721", "hours", "At most 30 days."),
            ("9" * 20, "minutes", "At most 30 days."),
            ("0.5", "minutes", "At least 1 minute."),
            ("0", "days", "At least 1 minute."),
            ("-1", "days", "At least 1 minute."),
            ("soon", "days", "Write a number, such as 2 or 1.5."),
            ("1", "years", "At least 1 minute."),
        ],
    )
    def test_what_is_wrong_is_said_in_units_that_people_write(self, number, unit, words):
        form = PushForm({"ttl_0": number, "ttl_1": unit})

        assert form.errors["ttl"] == [words]

    @pytest.mark.parametrize(
        ("seconds", "words"), [(60, "1 minute"), (2_592_000, "30 days"), (90, "1.5 minutes")]
    )
    def test_a_span_is_said_as_people_do(self, seconds, words):
        assert said(seconds) == words

    def test_seconds_alone_are_taken_as_they_are(self):
        assert WIDGET.value_from_datadict({"ttl": "3600"}, {}, "ttl") == "3600"
