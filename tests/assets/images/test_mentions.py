"""Addresses of uploaded images where they are written, and other ones in their place."""

import time

import pytest

from apps.assets.images import mentions

DIGEST = "ab" + "0" * 62
NAME = f"assets/ab/{DIGEST}.png"
HERE = f"https://desk.example/media/{NAME}"
PATH = f"/media/{NAME}"
NEW = "https://new.example/media/x.png"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (HERE, [HERE]),
        (PATH, [PATH]),
        (f"http://localhost:8000/media/{NAME}", [f"http://localhost:8000/media/{NAME}"]),
        (f"https://bucket.s3.example/in/{NAME}", [f"https://bucket.s3.example/in/{NAME}"]),
        (f"{HERE}?v=2#a", [HERE]),
        (f"See {HERE}, or {PATH}.", [HERE, PATH]),
        (f'<img src="{HERE}">', [HERE]),
        (f"{HERE},{HERE}|{PATH},{HERE}", [HERE, HERE, PATH, HERE]),
        (f"{{{{ label.host }}}}{PATH},{HERE}", [HERE]),
        (f"url({HERE})", [HERE]),
        (f"{HERE}?x={{{{ state.id }}}}", [HERE]),
        (f"https://small.example/?url={HERE}", [HERE]),
        # Where it leads to, only the tag says.
        (f"{{{{ label.host }}}}{PATH}", []),
        (f"https://{{{{ label.host }}}}{PATH}", []),
        (f"media/{NAME}", []),
        (NAME, []),
        (f"https://desk.example/x{NAME}", []),
        (f"{HERE}x", []),
        (f"https://desk.example/media/assets/ab/{DIGEST[:-1]}.png", []),
        (f"https://desk.example/media/assets/ab/{DIGEST}.svg", []),
        ("https://desk.example/media/sale.png", []),
        ("", []),
    ],
)
def test_they_are_found_as_they_are_written(text, found):
    assert list(mentions.find(text)) == found


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (HERE, NEW),
        (f"{HERE}?v=2", f"{NEW}?v=2"),
        (f"See {HERE}, or {PATH}.", f"See {NEW}, or {PATH}."),
        (f"{PATH},{HERE}|{HERE}?v=2", f"{PATH},{NEW}|{NEW}?v=2"),
        (f"https://small.example/?url={HERE}", f"https://small.example/?url={NEW}"),
        (f"{HERE}x", f"{HERE}x"),
        ("https://cdn.example/a.png", "https://cdn.example/b.png"),
        ("See https://cdn.example/a.png", "See https://cdn.example/a.png"),
    ],
)
def test_others_are_written_in_their_place_and_nothing_else_is_touched(text, told):
    new = {HERE: NEW, "https://cdn.example/a.png": "https://cdn.example/b.png"}

    assert mentions.replaced(text, new) == told


def test_the_name_of_the_file_is_the_end_of_the_address():
    assert mentions.file_name(HERE) == NAME
    assert mentions.file_name(f"{HERE}?v=2") == ""
    assert mentions.file_name("https://cdn.example/a.png") == ""


@pytest.mark.parametrize("text", ["https://" * 250_000, "/" * 2_000_000, f"{HERE}," * 20_000])
def test_two_megabytes_of_anything_take_no_time(text):
    begin = time.process_time()

    mentions.replaced(text, {PATH: NEW})

    assert time.process_time() - begin < 5
