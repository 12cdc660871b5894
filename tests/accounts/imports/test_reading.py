import io

import pytest

from apps.accounts.imports import reading, sniffing


def read(text, position=None):
    file = io.BytesIO(text if isinstance(text, bytes) else text.encode())
    layout = sniffing.sniff(file)
    start = layout.start if position is None else position
    return list(reading.records(file, layout, position=start))


def cells(text):
    return [record.cells or record.error for record in read(text)]


QUOTE = "A quotation mark in this row is not closed, or stands inside a cell."
AWKWARD = 'id,note\n1,"two\nlines, ""said"" she"\n\n2,ü\r\n3,"a\n",\n4\n'


class TestRecords:
    def test_it_reads_quoted_line_breaks_and_skips_empty_lines(self):
        assert cells(AWKWARD) == [
            {"id": "1", "note": 'two\nlines, "said" she'},
            {"id": "2", "note": "ü"},
            {"id": "3", "note": "a\n"},
            {"id": "4"},
        ]

    def test_it_goes_on_at_the_end_of_any_row(self):
        whole = read(AWKWARD)

        for number, record in enumerate(whole, start=1):
            assert read(AWKWARD, record.end) == whole[number:]

    def test_it_costs_one_row_when_a_quotation_mark_is_not_closed(self):
        assert cells('id,note\n1,"open\n2,fine\n3,fine\n') == [
            QUOTE,
            {"id": "2", "note": "fine"},
            {"id": "3", "note": "fine"},
        ]

    def test_it_makes_no_rows_of_the_lines_of_one_that_has_too_many_cells(self):
        first, second = read('id,note\n7,"hello\nworld",extra\n8,fine\n')

        assert (first.error, first.shown) == (
            "This row has 3 cells, and there are 2 columns.", "7,hello\nworld,extra",
        )  # fmt: skip
        assert second.cells == {"id": "8", "note": "fine"}

    def test_it_costs_one_row_however_long_it_is(self):
        text = "id,note\n1,a\n2," + "x" * 3_000_000 + "\n3,c\n"

        assert cells(text) == [
            {"id": "1", "note": "a"},
            "This row is longer than 250,000 bytes.",
            {"id": "3", "note": "c"},
        ]

    def test_it_shows_only_the_beginning_of_a_broken_row(self):
        (record,) = read("id,note\n" + "x" * 3_000_000 + "\n")

        assert record.shown == "x" * 80

    @pytest.mark.parametrize(
        ("row", "error"),
        [
            (b"2,a\0b", "This row holds the character NUL."),
            (b"2,\xff\xfe", "This row is not written in UTF-8."),
            (b"2,b,c,d", "This row has 4 cells, and there are 2 columns."),
            (b"id,note", "This row is the header again."),
            (b'2,"a"b', QUOTE),
            (b"2," + b"x" * 140_000, "A cell of this row is too long."),
        ],
    )
    def test_it_costs_one_row_of_csv(self, row, error):
        text = b"id,note\n1,\xc3\xbc\n1,\xc3\xbc\n" + row + b"\n3,c\n"

        assert cells(text)[2:] == [error, {"id": "3", "note": "c"}]

    @pytest.mark.parametrize(
        ("row", "error"),
        [
            (b'{"id": 1', "This row is not JSON."),
            (b"[1]", "This row is no JSON object."),
            (b'{"id": NaN}', "This row is not JSON."),
            (b'{"id": 1e999}', "This row is not JSON."),
            (b'{"id": ' + b"[" * 500 + b"]" * 500 + b"}", "This row is not JSON."),
            (b'{"id": "\\ud800"}', "This row is not JSON."),
            (b'{"id": "a\\u0000"}', "This row holds the character NUL."),
            (b'{"id": ' + b"[" * 100_000 + b"}", "This row is not JSON."),
        ],
    )
    def test_it_costs_one_row_of_json_lines(self, row, error):
        assert cells(b'{"id": 0}\n' + row + b'\n{"id": 2}') == [{"id": 0}, error, {"id": 2}]

    def test_it_takes_a_text_that_only_spells_an_escape(self):
        assert cells('{"id": "\\\\u0000"}\n') == [{"id": "\\u0000"}]
