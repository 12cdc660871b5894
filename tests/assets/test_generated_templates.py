"""Templates at random: two ways to fill one, and one way to refuse it."""

import time

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts.models import Contact
from apps.assets import tags
from apps.assets.rendering import context_of
from tests.assets import generated

PIECES = [
    *("{{", "}}", "{%", "%}", "{%-", "-}}", "|", ":", ",", "'", '"', "“", "(", ")", "[", "]", "."),
    *(
        " ",
        "\n",
        "if",
        "else",
        "endif",
        "for",
        "endfor",
        "in",
        "case",
        "when",
        "assign",
        "raw",
        "=",
    ),
    *(
        "state",
        "event",
        "label",
        "x",
        "first_name",
        "upcase",
        "default",
        "1",
        "(1..3)",
        "==",
        "and",
    ),
    *(
        "comment",
        "endcomment",
        "capture",
        "endraw",
        "limit",
        "offset",
        "#",
        "{",
        "}",
        "\ud800",
        "🍉",
    ),
]
soups = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


def outcome(fill, text, context):
    try:
        return fill(text, context)
    except tags.NotFilled:
        return "not filled"


class TestBothWaysToFill:
    @pytest.mark.parametrize("fill", [tags.render, tags.render_address])
    @generated.examples(300)
    @given(
        text=st.one_of(generated.tagless, generated.templates),
        state=generated.values,
        more=generated.contexts,
    )
    def test_they_agree(self, fill, text, state, more):
        values = context_of(Contact(state=state, language="de"), more)

        quick = outcome(fill, text, values)

        assert quick == outcome(fill, text, dict(values))
        assert outcome(fill, text, values) == quick


class TestChecking:
    @generated.examples(300)
    @given(text=st.one_of(soups, generated.templates, generated.hostile_texts))
    def test_it_takes_a_text_or_says_what_is_wrong(self, text):
        for check in (tags.check_text, tags.check_address, tags.check_label_text):
            begun = time.process_time()
            try:
                check(text)
            except ValidationError as error:
                assert all(message for message in error.messages)
            assert time.process_time() - begun < 2
        tags.labels_in(text)
        tags.problems(text, {"state": ["x"], "event": [], "journey": None, "label": []})

    @generated.examples(100)
    @given(text=soups)
    def test_what_it_takes_can_be_filled_for_nobody_in_particular(self, text):
        try:
            tags.check_text(text)
        except ValidationError:
            return

        assert isinstance(tags.render(text, {root: {} for root in tags.ROOTS}), str)
