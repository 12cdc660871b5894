import io

import pytest

from apps.accounts.imports import sniffing
from apps.accounts.imports.sniffing import FileRefused


def sniff(text):
    return sniffing.sniff(io.BytesIO(text.encode() if isinstance(text, str) else text))


class TestSniff:
    @pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
    def test_it_finds_the_delimiter(self, delimiter):
        layout = sniff(f"id{delimiter}name\n1{delimiter}Anna\n")

        assert (layout.format, layout.delimiter, layout.columns) == (
            "csv", delimiter, ["id", "name"],
        )  # fmt: skip

    def test_it_takes_one_column_without_any_delimiter(self):
        assert sniff("external_id\r\nanna\r\n").columns == ["external_id"]

    def test_it_begins_after_the_byte_order_mark_and_the_header(self):
        assert sniff(b"\xef\xbb\xbfid,name\r\n1,Anna\r\n").start == len(b"\xef\xbb\xbfid,name\r\n")

    def test_it_opens_objects_of_json_lines_once(self):
        layout = sniff('{"endpoint": "x", "keys": {"auth": "a"}}\n{"other": {"a": {"b": 1}}}\n')

        assert (layout.format, layout.columns) == ("jsonl", ["endpoint", "keys.auth", "other.a"])

    def test_it_takes_a_file_in_which_few_lines_are_not_utf8(self):
        layout = sniff("id,name\n1,Jürgen\n2,Zoë\n".encode() + "3,Bär\n".encode("latin-1"))

        assert layout.columns == ["id", "name"]

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"", "is empty"),
            (b" \r\n\n", "is empty"),
            (b"\xef\xbb\xbf", "is empty"),
            (b"PK\x03\x04\x14\x00", "Excel workbook or a zip"),
            (b"\xd0\xcf\x11\xe0\xa1", "old Excel workbook"),
            (b"\x1f\x8b\x08", "gzip"),
            (b"%PDF-1.7", "PDF"),
            ("id,name\n1,Anna\n".encode("utf-16"), "UTF-16"),
            (b"id,na\0me\n1,Anna\n", "not a text file"),
            ("1,Anna\n".encode("utf-16-le"), "not a text file"),
            ("id,name\n1,Jürgen\n2,Zoë\n".encode("latin-1"), "not written in UTF-8 (see line 2)"),
            (b'[{"id": 1}]', "one JSON list"),
            (b"{nothing}\n", "not JSON Lines"),
            (b"id,name\n", "holds no rows"),
            (b"id,name", "holds no rows"),
            (b"id,name,id\n1,2,3\n", "Two columns are called “id”"),
            (b"id,,name\n1,2,3\n", "Column 2 has no name"),
            (b"anna@shop.example,Anna\nben@shop.example,Ben\n", "looks like data"),
            (b"4711,Anna\n4712,Ben\n", "looks like data"),
            (b"id,name\r1,Anna\r", "not on lines of their own"),
            (b"x" * 1_500_000, "not on lines of their own"),
            (b"{" + b" " * 1_500_000, "not on lines of their own"),
            (",".join(f"c{n}" for n in range(10_000)).encode() + b"\n1\n", "10,000 columns"),
            (b"{" + b",".join(b'"c%d":1' % n for n in range(10_000)) + b"}\n", "10,000 fields"),
            (b"i" * 201 + b",b\n1,2\n", "longer than 200"),
        ],
    )
    def test_it_refuses_what_is_no_table_and_says_why(self, content, words):
        with pytest.raises(FileRefused) as refused:
            sniff(content)

        assert words in str(refused.value)
