"""Templates of at most a thousand characters that would keep a worker busy or fill its memory.

Each is tried in a process of its own whose processor time and memory the system limits, so that a
hole ends the attempt and not the tests.
"""

import json
import resource
import subprocess
import sys
import time

import pytest
from django.core.exceptions import ValidationError

from apps.assets import tags
from apps.assets.tags import bounds

SECONDS, MEGABYTES = 1, 200
LOOP, END = "{% for i in (1..999) %}", "{% endfor %}"
BIG = (
    "{% capture a %}"
    + "x" * 400
    + "{% endcapture %}"
    + ("{% capture a %}" + "{{ a }}" * 6 + "{% endcapture %}") * 2
)


def filled(head, unit, tail=""):
    """`unit` as often as it goes into a thousand characters."""
    return head + unit * ((1_000 - len(head) - len(tail)) // len(unit)) + tail


BOMBS = [
    "{% for i in (1..1000000000) offset: 999999990 %}x{% endfor %}",
    "{% for i in (1..1000000000) reversed %}x{% endfor %}",
    "{% for i in (1..state.number) limit: 2 reversed %}x{% endfor %}",
    "{% if (1..1000000000) contains 'x' %}a{% endif %}",
    "{{ (1..1000000000) | join }}",
    "{{ (1..1000000000) | sum }}",
    "{{ (1..1000000000) | reverse | size }}",
    "{% assign all = (1..1000000000) %}{{ all | last }}",
    BIG + "{{ a | replace: '', a | size }}",
    BIG + "{{ a | split: 'x' | join: a }}",
    "{{ state.texts | join: state.long }}",
    BIG + LOOP + "{% cycle i" + ", a" * 16 + " %}" + END,
    filled("{{ state.numbers", " | uniq", " }}"),
    filled("{{ state.nested", " | uniq", " }}"),
    filled(LOOP, "{{ state.texts | uniq | size }}", END),
    filled(LOOP, "{{ state.texts | sort }}", END),
    filled(LOOP, "{% if state.numbers == state.same %}{% endif %}", END),
    filled(LOOP, "{% case state.numbers %}{% when state.same %}{% endcase %}", END),
    filled(LOOP, "{% if state.numbers contains 99999 %}{% endif %}", END),
    filled(LOOP, "{{ a }}", END),
    filled(LOOP, "{% for j in state.numbers reversed limit: 1 %}{% endfor %}", END),
    filled(LOOP, "{% assign a = state.long | split: '' %}", END),
    filled(LOOP + "{% capture a %}", "{{ state.long }}", "{% endcapture %}" + END),
    "{% for i in (1..900) %}{% assign b = state.wide | append: i | split: '#' %}"
    "{% assign l = l | concat: b %}{% endfor %}{{ l | uniq | size }}",
    "{% assign a = 99999 %}" + LOOP + "{% assign a = a" + " | times: a" * 20 + " %}" + END,
    filled("{{ state.digits", " | times: state.digits", " }}"),
    filled("{{ state.open", " | strip_html", " }}"),
    filled("{{ state.comments", " | strip_html", " }}"),
    filled("{{ state.wide", " | url_encode", " }}"),
    "{{ 'now' | date: '%999999999d' }}",
    "{{ 'now' | date: state.formats }}",
    "{{ state.dots | date: '%Y' }}",
    "{{ state.digits | date: '%Y' }}",
    "{{ 1.5 | round: 999999999 }}",
    "{{ '1e999999999' | split: ',' | sum }}",
    "{{ '1e308' | times: 1000 | ceil }}",
    "{{ state.long | truncate: 99999999999999999999, state.long }}",
    "{{ state.long | base64_decode }}",
    "{{ a" + "[a" * 450 + "]" * 450 + " }}",
    "{% if " + "a and " * 160 + "a %}{% endif %}",
    "{{ " + "(" * 900 + " }}",
    "{{ '" * 250,
    "{" * 100_000,
    "{%" * 50_000,
    "{{ a | " * 14_000,
    "{{ " + "(" * 100_000 + " }}",
]
VALUES = """{
    "number": 10**9, "long": "x" * 10_000, "wide": "\\U0001f600" * 10_000,
    "numbers": list(range(5_000)), "same": list(range(5_000)), "digits": "1" * 4_000,
    "nested": [[[[[list(range(4_000))]]]]], "texts": ["y" * 50 + str(n) for n in range(900)],
    "open": "<" * 10_000, "comments": "<!--" * 2_500, "formats": "%A" * 4_000, "dots": "." * 9_000,
}"""
TRY = f"""
import json, resource, sys, time
import django
django.setup()
from apps.assets import tags

values = {{"state": {VALUES}, "event": {{}}, "journey": {{}}, "label": {{}}}}
ways = {{
    "check": lambda text: tags.check_text(text),
    "check address": lambda text: tags.check_address(text),
    "fill": lambda text: tags.render(text, tags.Values(values)),
    "fill slowly": lambda text: tags.render(text, values),
    "fill address": lambda text: tags.render_address(text, tags.Values(values)),
    "look for names": lambda text: (tags.labels_in(text), tags.problems(text, {{"state": []}})),
}}
memory = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
before = memory()
for line in sys.stdin:
    text = json.loads(line)
    for name, way in ways.items():
        begun = time.process_time()
        try:
            way(text)
            raised = ""
        except Exception as error:
            raised = type(error).__name__
        took = time.process_time() - begun
        print(json.dumps([name, took, memory() - before, raised]), flush=True)
"""


@pytest.fixture(scope="module")
def trial():
    """A process that tries one text after the other; it ends at the first that costs too much."""

    def limits():
        resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))
        resource.setrlimit(resource.RLIMIT_CPU, (60, 60))

    process = subprocess.Popen(
        [sys.executable, "-c", TRY],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=limits,
    )
    yield process
    process.kill()
    process.communicate()


class TestBombs:
    @pytest.mark.parametrize("text", BOMBS, ids=lambda text: text[:40])
    def test_none_costs_much_time_or_memory(self, trial, text):
        trial.stdin.write(json.dumps(text) + "\n")
        trial.stdin.flush()

        for _ in range(6):
            line = trial.stdout.readline()
            assert line, "the attempt has used up its processor time or its memory"
            way, took, megabytes, raised = json.loads(line)
            assert took < SECONDS, f"{way} takes {took:.1f} s"
            assert megabytes < MEGABYTES, f"{way} takes {megabytes} MB"
            assert raised in ("", "NotFilled", "ValidationError"), f"{way} raises {raised}"


class TestTime:
    def test_what_goes_on_and_on_is_stopped_and_says_why(self):
        text = filled(LOOP, "{{ state.texts | sort_natural | join }}", END)
        begun = time.process_time()

        with pytest.raises(tags.NotFilled, match="takes too long"):
            tags.render(text.replace("join", "size"), {"state": {"texts": ["b", "a"] * 900}})

        assert bounds.SECONDS <= time.process_time() - begun < 1

    def test_it_is_that_of_one_text_however_many_are_filled(self, monkeypatch):
        values = tags.Values({"state": {"texts": ["b", "a"] * 300}})
        monkeypatch.setattr(bounds, "SECONDS", 0.05)
        begun = time.process_time()

        while time.process_time() - begun < 0.2:
            assert tags.render("{{ state.texts | sort | first }}", values) == "a"


class TestUsualTexts:
    @pytest.mark.parametrize(
        ("text", "filled"),
        [
            ("{% for i in (1..3) %}{{ i }}{% endfor %}", "123"),
            ("{% for i in (1..state.count) reversed %}{{ i }}{% endfor %}", "21"),
            ("{% for i in state.list offset: 1 %}{{ i }}{% endfor %}", "b"),
            ("{{ state.list | join: ' and ' | upcase }}", "A AND B"),
            ("{{ state.list | concat: state.list | uniq | size }}", "2"),
            ("{{ state.html | strip_html }}", "Hi Anna"),
            ("{{ state.count | times: 3 | plus: 0.5 }}", "6.5"),
            ("{{ '2026-03-01' | date: '%d.%m.%Y' }}", "01.03.2026"),
        ],
    )
    def test_they_are_filled_as_ever(self, text, filled):
        state = {"count": 2, "list": ["a", "b"], "html": "<p>Hi <b>Anna</b></p>"}

        assert tags.render(text, {"state": state}) == filled
        tags.check_text(text)

    def test_what_divides_by_nothing_known_is_nothing(self):
        text = "{{ event.total | divided_by: event.count | default: 'none' }}"

        tags.check_text(text)

        assert tags.render(text, {"event": {"total": 6}}) == "none"
        assert tags.render(text, {"event": {"total": 6, "count": 2}}) == "3"
        with pytest.raises(ValidationError, match="divided by 0"):
            tags.check_text("{{ event.total | divided_by: 0 }}")
