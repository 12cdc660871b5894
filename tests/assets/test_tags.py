import time

import pytest
from django.core.exceptions import ValidationError

from apps.assets import tags


class TestRender:
    @pytest.mark.parametrize(
        ("text", "filled"),
        [
            ("Hello", "Hello"),
            ("Hello {{ state.first_name }}", "Hello Anna"),
            ("Hello {{ state.last_name | default: 'friend' }}", "Hello friend"),
            ("Hello {{ state.last_name }}!", "Hello !"),
            ("{% if event.amount > 10 %}Much{% endif %}", "Much"),
            ("{{ label.bonus }}", "20 %"),
            ("Hi {{state.last_name|my friend}}", "Hi my friend"),
            ("Hi {{state.last_name|friend}}", "Hi friend"),
            ("Hi {{state.first_name|my friend}}", "Hi Anna"),
            ("{{state.first_name|upcase}}", "ANNA"),
            ("{% if state.x %}{% else %}{{state.x|my friend}}{% endif %}", "my friend"),
            ("{{ state.list | first }}, {{ state.list.size }}", "3, 2"),
            ("{{ state.yes }}{{ state.nothing }}", "true"),
        ],
    )
    def test_it_fills_the_tags(self, text, filled):
        context = {
            "state": {"first_name": "Anna", "list": [3, 4], "yes": True, "nothing": None},
            "event": {"amount": 20},
            "label": {"bonus": "20 %"},
            "journey": {},
        }

        assert tags.render(text, context) == filled
        assert tags.render(text, tags.Values(context)) == filled

    def test_it_shows_nothing_that_turns_the_rest_around(self):
        values = tags.Values({"state": {"name": "An\u202ena\x00\nB"}})

        assert tags.render("Hi {{ state.name }}!", values) == "Hi Anna\nB!"

    @pytest.mark.parametrize(
        "text",
        [
            "{% for i in (1..1000000000) %}x{% endfor %}",
            "{% for i in (1..100) %}{% for j in (1..100) %}x{% endfor %}{% endfor %}",
            "{% for i in (1..900) %}{{ state.long }}{% endfor %}",
            "{{ state.long" + " | replace: 'x', 'xxxxxxxxxxxxxxxxxxxxxxxxxx'" * 9 + " }}",
            "{% assign a = 'x y' | split: ' ' %}"
            "{% for i in (1..900) %}{% assign a = a | concat: a %}{% endfor %}",
            "{% assign a = 99999 %}"
            "{% for i in (1..900) %}{% assign a = a | times: a %}{% endfor %}",
        ],
    )
    def test_it_stops_what_would_never_end(self, text):
        begun = time.process_time()

        with pytest.raises(tags.NotFilled):
            tags.render(text, {"state": {"long": "x" * 1000}})

        assert time.process_time() - begun < 5


class TestCheckText:
    @pytest.mark.parametrize("text", ["", "Hello", "{{ state.x }}", "100 % {off}", "{{ label.a }}"])
    def test_it_takes_texts_that_can_be_filled(self, text):
        tags.check_text(text)

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("{{ state.first_name", "}} is missing.*line 1, character 1"),
            ("{% if state.x %}", "{% if %} is not closed: add {% endif %}. .line 1, character 17"),
            (
                "{{ state.x | upcse }}",
                "no filter “upcse”. Do you mean “upcase”. .line 1, character 14",
            ),
            ("a\n{{ state.x | shout: 3 }}", "no filter “shout”. .line 2, character 14"),
            ("{{ first_name }}", "“first_name” is unknown"),
            ("{% include 'settings' %}", "There is no tag {% include %}"),
            ("a\x00b", "never seen.*line 1, character 2"),
            ("Save \u202e%02", "never seen.*line 1, character 6"),
            ("{% echo state.x %}", "There is no tag {% echo %}"),
            ("{% for i in (1..1000000000) %}x{% endfor %}", "goes round more than 1,000 times"),
        ],
    )
    def test_it_refuses_the_rest_in_words(self, text, message):
        with pytest.raises(ValidationError, match=message):
            tags.check_text(text)


class TestCheckAddress:
    @pytest.mark.parametrize(
        "text",
        ["https://shop.example/a?b=1", "http://localhost/x", "/sale", "{{ event.link }}"],
    )
    def test_it_takes_web_addresses_paths_and_tags(self, text):
        tags.check_address(text)

    @pytest.mark.parametrize(
        "text",
        [
            "javascript:alert(1)",
            "data:text/html,x",
            "//evil.example",
            "shop.example",
            "ftp://x",
            "https://",
            "https://[broken",
        ],
    )
    def test_it_refuses_everything_else(self, text):
        with pytest.raises(ValidationError):
            tags.check_address(text)


class TestRenderAddress:
    @pytest.mark.parametrize(
        ("text", "filled"),
        [
            ("/p/{{ state.name }}?x={{ event.q }}", "/p/Anna%20B%2F%C3%BC?x=a%26b"),
            ("{{ event.link }}&n={{ event.q }}", "https://x.example/?a=1&n=a%26b"),
            ("{% if event.link %}{{ event.link }}{% endif %}", "https://x.example/?a=1"),
            ("/a/{{ event.q | raw }}/{{ event.q | url_encode }}", "/a/a&b/a%26b"),
            ("/{{ event.none | hello world }}", "/hello%20world"),
            ("/sale", "/sale"),
        ],
    )
    def test_it_makes_each_value_one_part_unless_asked_otherwise(self, text, filled):
        values = {
            "state": {"name": "Anna B/ü"},
            "event": {"q": "a&b", "link": "https://x.example/?a=1"},
        }

        assert tags.render_address(text, tags.Values(values)) == filled
        assert tags.render_address(text, values) == filled


class TestProblems:
    known = {"state": ["first_name"], "event": ["price"], "journey": None, "label": []}

    def test_it_names_what_the_site_does_not_know_with_the_place(self):
        text = "Hi {{ state.frist_name }}\n{{ event.price }}, {{ label.bonus }}"

        assert [str(wrong) for wrong in tags.problems(text, self.known)] == [
            "“state.frist_name” is not known to this site. Do you mean “state.first_name”? "
            "(line 1, character 7)",
            "“label.bonus” is not known to this site. (line 2, character 23)",
        ]

    @pytest.mark.parametrize(
        "text",
        [
            "{{ journey.code }}",
            "{% for each in state.first_name %}{{ each.x }}{% endfor %}",
            "{% assign y = state.first_name %}{{ y }}",
            "Hello",
            "{{ broken",
        ],
    )
    def test_it_lets_names_pass_that_are_known_or_cannot_be(self, text):
        assert tags.problems(text, self.known) == []


class TestLabelsIn:
    @pytest.mark.parametrize(
        ("text", "names"),
        [
            ("{{ label.a }}{% if label['b'] %}{% endif %}", {"a", "b"}),
            ("{{ label[state.x] }}", None),
            ("{{ state.x }}", set()),
            ("{{ broken", set()),
        ],
    )
    def test_it_finds_the_label_tags_that_must_be_loaded(self, text, names):
        assert tags.labels_in(text) == names
