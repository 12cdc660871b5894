"""The rule builder by keyboard alone, as somebody without a mouse uses it."""

import json

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

NUMBER = "Number(document.querySelector('.rule-total b')?.textContent)"
FOCUS = "document.activeElement.getAttribute('aria-label') || document.activeElement.textContent"
STORED = "JSON.parse(document.getElementById('id_rule').value)"


@pytest.fixture
def page(office, desk):
    # The shop's: other tests of this desk make more sites.
    site = desk.run("print(Site.objects.earliest('pk').pk)")
    office.goto(f"{desk.origin}/admin/segments/segment/add/?site={int(site)}")
    office.wait_for("document.querySelector('.rule-adders')")
    return office


def keys(page, *names):
    for name in names:
        page.press(name)


def write(page, text):
    keys(page, *text)


def tab_to(page, label):
    """Press Tab until what has the focus is called so."""
    for _ in range(60):
        if page.evaluate(FOCUS).startswith(label):
            return
        page.press("Tab")
    raise AssertionError(f"Tab does not lead to “{label}”")


def add(page, what, *, to="Add a condition"):
    tab_to(page, to)
    page.press("Enter")
    write(page, what)
    page.press("Enter")


def number(page):
    page.wait_for("!document.querySelector('.rule-numbers').hasAttribute('aria-busy')")
    return page.evaluate(NUMBER)


def built(segment):
    last_month = {"op": "in_last", "value": {"amount": 30, "unit": "days"}}
    bought = {"event": "purchase", "measure": "count", "op": "gte", "value": 3, "when": last_month}
    berlin = {"field": "state.city", "op": "is", "value": "Berlin"}
    return {
        "all": [
            {"field": "push_status", "op": "is", "value": "ask"},
            {"any": [bought, berlin]},
            {"segment": segment, "op": "not_in"},
        ]
    }


class TestRuleBuilder:
    def test_a_marketer_builds_a_rule_by_keyboard_and_finds_it_again(self, page, browser, desk):
        everybody = number(page)
        page.evaluate("document.getElementById('id_name').focus()")
        write(page, f"By keys in {browser.name}")

        add(page, "push status")
        page.wait_for(f"{NUMBER} < {everybody}")
        ask = number(page)
        tab_to(page, "Add a group")
        page.press("Enter")
        add(page, "purchase event", to="Add a condition to this group")
        tab_to(page, "Times")
        keys(page, "Backspace", "3")
        add(page, "city", to="Add a condition to this group")
        tab_to(page, "city")
        page.press("Tab")
        write(page, "Berlin")
        tab_to(page, "Add a group to this group")
        page.press("Tab")
        add(page, "speaks", to="Add a condition")
        tab_to(page, "Is it in the segment?")
        page.press("ArrowDown")
        page.wait_for(f"{NUMBER} < {ask}")
        counted = number(page)
        page.evaluate("document.querySelector('[name=_continue]').focus()")
        page.press("Enter")
        page.wait_for(
            "location.pathname.endsWith('/change/') && document.querySelector('.rule-condition')"
        )

        assert page.evaluate(STORED) == built(int(desk.run(SEGMENT)))
        assert page.evaluate("document.querySelectorAll('.rule-condition').length") == 4
        assert number(page) == counted
        assert page.errors == []

    def test_it_moves_duplicates_removes_and_brings_back_by_keyboard(self, page):
        add(page, "language")
        add(page, "time zone")
        tab_to(page, "Move up: Time zone")
        page.press("Enter")
        assert [node["field"] for node in page.evaluate(STORED)["all"]] == ["time_zone", "language"]

        tab_to(page, "Duplicate: Time zone")
        page.press("Enter")
        tab_to(page, "Remove: Time zone")
        page.press("Enter")
        tab_to(page, "Undo")
        page.press("Enter")

        fields = [node["field"] for node in page.evaluate(STORED)["all"]]
        assert fields == ["time_zone", "time_zone", "language"]
        assert page.errors == []

    def test_an_error_stands_at_its_condition_and_nothing_is_lost(self, page):
        rule = {
            "all": [
                {"field": "push_status", "op": "is", "value": "ask"},
                {"field": "state.gone", "op": "is", "value": "Berlin"},
            ]
        }
        page.evaluate(
            "(text) => { document.getElementById('id_rule').value = text }", json.dumps(rule)
        )
        page.type("[name=name]", "Broken")
        page.click("[name=_save]")
        page.wait_for("document.querySelector('.rule-note.error')")

        said = page.evaluate(
            "[...document.querySelectorAll('.rule-condition')].map((line) => "
            "line.querySelector('.rule-note.error span:last-child')?.textContent ?? '')"
        )
        assert said == ["", "Nothing is known as “gone” here."]
        assert page.evaluate(STORED) == rule
        assert page.errors == []

    def test_it_offers_the_values_that_there_are(self, page):
        add(page, "city")
        tab_to(page, "city")
        page.press("Tab")
        page.wait_for("document.activeElement.list?.options.length")

        offered = page.evaluate("[...document.activeElement.list.options].map((one) => one.value)")
        assert {"Berlin", "Leipzig"} <= set(offered)
        assert page.errors == []

    def test_a_thousand_with_a_comma_is_not_one(self, page):
        add(page, "orders")
        tab_to(page, "orders: how")
        page.press("Tab")
        write(page, "1,000")
        assert page.evaluate(STORED)["all"][0]["value"] == "1,000"
        page.wait_for("document.querySelector('.rule-note')")

        keys(page, *["Backspace"] * 5)
        write(page, "1,5")

        assert page.evaluate(STORED)["all"][0]["value"] == 1.5
        assert page.errors == []


SEGMENT = (
    "from apps.segments.models import Segment; print(Segment.objects.get(name='Speaks German').pk)"
)
