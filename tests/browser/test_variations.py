"""Variations and the values of a label tag, as a marketer writes them."""

import itertools
import json

import pytest

from tests.browser.office import has_words

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

MAKE_PUSH = """
from apps.assets.models import LabelTag, Push
site = Site.objects.earliest('pk')
push = Push.objects.create(site=site, name={name!r}, title='Hello', status='active')
for number, rule in enumerate(({{'field': 'language', 'op': 'is', 'value': 'de'}}, {{}})):
    push.variations.create(name=f'V{{number}}', rule=rule, position=number, status='active')
label = LabelTag.objects.create(site=site, name={label!r}, value='5')
print(push.pk, push.variations.first().pk, label.pk)
"""
SENT = "[...new FormData(document.getElementById('variation_form')).keys()]"
SAME = "document.getElementById('id_same_{}').checked"
VALUE = "document.getElementById('id_{}').value"
STRIP = "[...document.querySelectorAll('.strip a')].map(tab => tab.textContent.trim())"
READY = "document.querySelectorAll('.form-group:not(.empty-form) .rule-adders').length"
POSITIONS = (
    "[...document.querySelectorAll('.form-group:not(.empty-form, .is-gone)')]"
    ".map(row => row.querySelector('textarea').value)"
)

_numbers = itertools.count(1)


@pytest.fixture
def rows(desk):
    # One desk serves all tests, and names are given once.
    number = next(_numbers)
    code = MAKE_PUSH.format(name=f"Varied {number}", label=f"varied_{number}")
    return [int(number) for number in desk.run(code).split()[-3:]]


class TestSameAsDefault:
    def test_typing_switches_it_off_and_the_switch_brings_both_back(self, office, desk, rows):
        office.goto(f"{desk.origin}/admin/assets/variation/{rows[1]}/change/")
        office.wait_for("document.querySelector('[data-same-as-default]')")
        assert "title" not in office.evaluate(SENT)

        office.evaluate("document.getElementById('id_title').select()")
        office.press("X")

        assert office.evaluate(SAME.format("title")) is False
        assert office.evaluate(SAME.format("message")) is True
        assert "title" in office.evaluate(SENT)
        office.evaluate("document.getElementById('id_same_title').click()")
        assert office.evaluate(VALUE.format("title")) == "Hello"
        office.evaluate("document.getElementById('id_same_title').click()")
        assert office.evaluate(VALUE.format("title")) == "X"
        office.click("[name=_save]")
        has_words(office, "Who gets which variation")
        stored = desk.run(
            "from apps.assets.models import Variation;"
            f"import json; print(json.dumps(Variation.objects.get(pk={rows[1]}).content))"
        )
        assert json.loads(stored.strip().splitlines()[-1]) == {"title": "X"}
        assert office.errors == []


class TestOrder:
    def test_a_variation_moves_by_keyboard_and_the_focus_stays(self, office, desk, rows):
        office.goto(f"{desk.origin}/admin/assets/push/{rows[0]}/change/")
        office.wait_for("document.querySelector('#variations:not([hx-get])')")
        assert office.evaluate(STRIP)[:3] == ["Default", "V0", "V1"]

        office.evaluate(f"document.getElementById('down-{rows[1]}').focus()")
        office.press("Enter")

        office.wait_for(f"{STRIP}[1] === 'V1'")
        office.wait_for("document.querySelector('#variations:not([hx-get])')")
        assert office.evaluate("document.activeElement.id") == f"down-{rows[1]}"
        has_words(office, "“V1” before it is for everybody.")
        assert office.errors == []


class TestLabelValues:
    def test_rows_that_are_added_have_a_rule_builder_and_an_order(self, office, desk, rows):
        office.goto(f"{desk.origin}/admin/assets/labeltag/{rows[2]}/change/")
        for number in (1, 2, 3):
            office.wait_for("document.querySelector('.add-row')")
            office.evaluate("document.querySelector('#values-group .add-row').click()")
            office.wait_for(f"{READY} === {number}")
            office.evaluate(
                f"document.getElementById('id_values-{number - 1}-value').value = 'v{number}'"
            )

        office.evaluate(
            "document.querySelectorAll('.row-moves [aria-label=\"Move up\"]')[2].click()"
        )
        assert office.evaluate(POSITIONS) == ["v1", "v3", "v2"]
        office.evaluate(
            "document.querySelector('.form-group:not(.empty-form) .delete-template').click()"
        )
        assert office.evaluate(POSITIONS) == ["v3", "v2"]
        office.click("[name=_continue]")

        office.wait_for(f'JSON.stringify({POSITIONS}) === \'["v3","v2"]\'')
        has_words(office, "changed successfully")
        assert office.errors == []
