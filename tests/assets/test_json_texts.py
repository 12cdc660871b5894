import json

import pytest
from django.core.exceptions import ValidationError

from apps.assets.tags import NotFilled, Values, check_json, render_json

HOSTILE = 'a"b\\c\nd\u2028{{ x }}</script>\x00é😀", "role": "admin'
VALUES = Values(
    {
        "state": {"name": HOSTILE, "vip": True, "list": ["a", 1]},
        "event": {"price": 20.5, "code": "7"},
        "journey": {},
        "label": {},
    }
)


def filled(text):
    return json.loads(render_json(text, VALUES))


class TestRenderJson:
    def test_a_value_within_a_text_is_part_of_that_text_whatever_it_holds(self):
        assert filled('{"to": "Dear {{ state.name }}!"}') == {"to": f"Dear {HOSTILE}!"}

    @pytest.mark.parametrize(
        ("tag", "value"),
        [
            ("event.price", 20.5),
            ("event.code", "7"),
            ("event.missing", None),
            ("state.vip", True),
            ("state.list", ["a", 1]),
            ("state.name", HOSTILE),
            ("event", {"price": 20.5, "code": "7"}),
            ("event.missing | default: 3", 3),
            ("event.missing | nobody here", "nobody here"),
        ],
    )
    def test_a_value_of_its_own_is_json_of_its_type(self, tag, value):
        assert filled(f'{{"v": {{{{ {tag} }}}}}}') == {"v": value}

    def test_quotation_marks_in_tags_and_after_backslashes_end_no_text(self):
        text = r'{"a": "\"{{ state.name | default: "x" }}\\", "b": {{ event.price }}}'

        assert filled(text) == {"a": f'"{HOSTILE}\\', "b": 20.5}

    def test_logic_is_not_counted(self):
        text = '{% if state.vip == true %}{"a": "{{ event.code }}"}{% else %}"no"{% endif %}'

        assert filled(text) == {"a": "7"}

    @pytest.mark.parametrize("text", ["", "{", '{"a": {{ event.price }}, }', '{"a": NaN}'])
    def test_what_is_no_json_then_is_refused(self, text):
        with pytest.raises(NotFilled):
            render_json(text, VALUES)

    def test_what_would_be_too_long_is_refused(self):
        text = '["{% for i in (1..1000) %}{{ state.name }}{% endfor %}"]'

        with pytest.raises(NotFilled):
            render_json(text, VALUES)


class TestCheckJson:
    def test_it_takes_a_body_with_tags(self):
        check_json('{"a": "{{ state.first_name | my friend }}", "b": {{ event.price }}}')

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ('{"a": {{ user.name }}}', "“user” is unknown"),
            ('{"a": "{{ state.name "}', "}} is missing"),
            ('{"a": {{ state.name | upcas }}}', "There is no filter “upcas”"),
            ('{"a": ', "This is no JSON: Expecting value: line 1 column 7"),
            (f'"{"a" * 10_000}"', "at most 10,000 characters"),
        ],
    )
    def test_it_says_what_is_wrong(self, text, words):
        with pytest.raises(ValidationError) as refused:
            check_json(text)

        assert words in refused.value.messages[0]
