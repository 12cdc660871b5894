import pytest

from apps.assets.forms import PushForm
from apps.assets.forms.spans import SpanWidget

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

    def test_seconds_alone_are_taken_as_they_are(self):
        assert WIDGET.value_from_datadict({"ttl": "3600"}, {}, "ttl") == "3600"
