import pytest
from django.core.exceptions import ValidationError

from apps.assets import tags


class TestInWords:
    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("Hi {{ state.x", "}} is missing: {{ has no end. (line 1, character 4)"),
            ("{% if state.x", "%} is missing, or the tag's name after {%. (line 1, character 1)"),
            (
                "{% if state.x %}\na",
                "{% if %} is not closed: add {% endif %}. (line 2, character 2)",
            ),
            (
                "{% for i in state.x %}",
                "{% for %} is not closed: add {% endfor %}. (line 1, character 23)",
            ),
            (
                "{% case state.x %}{% when 1 %}",
                "{% case %} is not closed: add {% endcase %}. (line 1, character 31)",
            ),
            ("{% raw %}", "{% raw %} is not closed: add {% endraw %}. (line 1, character 4)"),
            (
                "{% endif %}",
                "{% endif %} closes nothing: {% if … %} is missing before it. "
                "(line 1, character 4)",
            ),
            (
                "{% else %}",
                "{% else %} belongs between {% if … %} and {% endif %}. (line 1, character 4)",
            ),
            (
                "{% if %}a{% endif %}",
                "{% if %} says nothing yet. Write for example {% if state.vip %}. "
                "(line 1, character 4)",
            ),
            (
                "{{ state.x | upcse }}",
                "There is no filter “upcse”. Do you mean “upcase”? (line 1, character 14)",
            ),
            ("{{ state.x | shout: 3 }}", "There is no filter “shout”. (line 1, character 14)"),
            (
                "{% asign a = 1 %}",
                "There is no tag {% asign %}. Do you mean “{% assign %}”? (line 1, character 4)",
            ),
            (
                "{{ state.first name }}",
                "“name” does not belong here. A filter stands after |, and its values after a "
                "colon. (line 1, character 16)",
            ),
            (
                "{% if state.a = 1 %}{% endif %}",
                "= is not for comparing. Compare with ==, !=, >, <, >=, <= or contains. "
                "(line 1, character 15)",
            ),
            (
                "{{ state.x | default: “a” }}",
                "Only straight quotation marks work in a tag: ' or \". (line 1, character 23)",
            ),
            ("{{ 'a }}", "The closing ' is missing. (line 1, character 4)"),
            (
                "{{ }}",
                "Something is missing here: name a value, such as {{ state.first_name }}. "
                "(line 1, character 3)",
            ),
            (
                "{{ state.x | replace: 'a' 'b' }}",
                "Put a comma between a filter's values. (line 1, character 27)",
            ),
            (
                "{{ state.x | date }}",
                "The filter “date” needs a value after a colon. (line 1, character 14)",
            ),
            (
                "{{ state.x | upcase: 1 }}",
                "The filter “upcase” takes fewer values. (line 1, character 14)",
            ),
            (
                "{{ state }}",
                "Name what of state you mean, such as {{ state.name }}. (line 1, character 1)",
            ),
            (
                "{{ (1..5) }}",
                "A row of numbers such as (1..5) belongs into {% for %}. (line 1, character 4)",
            ),
        ],
    )
    def test_it_says_what_to_do_and_where(self, text, message):
        with pytest.raises(ValidationError) as refused:
            tags.check_text(text)

        assert refused.value.messages == [message]


class TestWholeObjects:
    @pytest.mark.parametrize(
        ("text", "filled"),
        [
            ("[{{ state.address }}]", "[]"),
            ("[{{ state.address | upcase }}{{ 'a' | append: state.address }}]", "[a]"),
            ("[{{ state.orders }}]", "[a1true]"),
            ("[{{ state.orders | join: ', ' }}]", "[a, 1, true, , ]"),
            ("[{% for each in state.address %}{{ each }};{% endfor %}]", "[cityBern;]"),
            ("[{{ state.yes | append: '!' }}]", "[true!]"),
            ("[{{ state.huge }}]", "[]"),
        ],
    )
    def test_they_print_nothing_and_never_python(self, text, filled):
        state = {
            "address": {"city": "Bern"},
            "orders": ["a", 1, True, None, {"b": 2}],
            "yes": True,
            "huge": float("inf"),
        }

        assert tags.render(text, {"state": state}) == filled
        assert tags.render(text, tags.Values({"state": state})) == filled
