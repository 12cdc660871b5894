"""The journey builder in real browsers: with the mouse, with the keyboard alone, by two people."""

import pytest

from tests.browser.builder import CARD, FOCUS, NAMES, SAVED

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

ENDS = (
    "[...document.querySelectorAll('#flow-canvas .flow-aside li')]"
    ".map(row => row.innerText.replaceAll('\\n', ' ').trim())"
)
DRAG = """(from, to) => {
  const middle = (element) => {
    const { left, right, top, bottom } = element.getBoundingClientRect();
    return { clientX: (left + right) / 2, clientY: (top + bottom) / 2 };
  };
  const how = { bubbles: true, cancelable: true, button: 0, pointerType: "mouse", isPrimary: true };
  const [start, end] = [eval(from), eval(to)];
  start.dispatchEvent(new PointerEvent("pointerdown", { ...how, ...middle(start) }));
  start.dispatchEvent(new PointerEvent("pointermove", { ...how, clientX: 0, clientY: 0 }));
  start.dispatchEvent(new PointerEvent("pointermove", { ...how, ...middle(end) }));
  start.dispatchEvent(new PointerEvent("pointerup", { ...how, ...middle(end) }));
}"""


LAST = "[...document.querySelectorAll('#flow-canvas .flow-gap [data-add]')].at(-1)"


class TestMouse:
    def test_the_soft_onboarding_from_nothing(self, builder):
        builder.create()

        builder.page.click("#card-entry .flow-open")
        builder.page.click("[data-terms=often]")
        builder.choose("reentry", "Again after a pause that can grow")
        builder.add("[data-focus='add::']", "popup")
        builder.page.wait_for("document.querySelector('.flow-ghost')")
        builder.choose("popup", "Soft onboarding")
        builder.has("Soft onboarding")
        builder.add(LAST, "push")
        builder.choose("push", "Welcome")
        builder.has("Soft onboarding", "Welcome")

        assert builder.page.evaluate(ENDS)[3] == "Declined End add"
        builder.page.click("[data-dialog='publish/']")
        builder.page.wait_for("document.querySelector('#flow-dialog').open")
        builder.leads_on(lambda: builder.page.click("#flow-dialog [type=submit]"))
        builder.page.wait_for("document.body.innerText.includes('Version 1')")
        assert builder.stored() == (
            "[['Soft onboarding', 'Welcome'], ['Soft onboarding.allowed>Welcome'], 'active']"
        )
        builder.fine()

    def test_what_is_added_can_be_moved_duplicated_deleted_and_brought_back(self, builder):
        builder.create()
        for number, amount in enumerate((1, 2, 3)):
            builder.add("[data-focus='add::']" if number == 0 else LAST, "wait")
            builder.waits()
            builder.page.evaluate(
                "(amount) => { const input = document.getElementsByName('amount')[0];"
                "input.value = amount;"
                "input.dispatchEvent(new Event('input', { bubbles: true })); }",
                amount,
            )
            builder.has(*["Wait 1 day", "Wait 2 days", "Wait 3 days"][: number + 1])
            builder.waits()
        builder.page.click("[data-close]")

        builder.page.evaluate(
            DRAG, CARD.format("Wait 3 days"), "document.querySelector('.flow-gap')"
        )
        builder.has("Wait 3 days", "Wait 1 day", "Wait 2 days")
        builder.page.click("[data-edit=undo]")
        builder.says("Undone: Moved “Wait 3 days”.")
        builder.has("Wait 1 day", "Wait 2 days", "Wait 3 days")
        builder.page.click(
            f"{CARD.format('Wait 2 days')}.parentElement.querySelector('[data-more]')"
        )
        builder.page.click(
            f"{CARD.format('Wait 2 days')}.parentElement.querySelector('[data-do=delete]')"
        )
        builder.page.click("#flow-dialog [data-branch='1']")
        builder.has("Wait 1 day")
        builder.page.click("[data-edit=undo]")
        builder.has("Wait 1 day", "Wait 2 days", "Wait 3 days")
        builder.fine()

    def test_what_cannot_be_saved_stays_in_the_form_and_says_why(self, builder):
        builder.create()
        builder.add("[data-focus='add::']", "webhook")

        builder.page.type("[name=url]", "shop.example")

        builder.page.wait_for(
            "document.querySelector('#id_url_errors').textContent.includes('begins with https://')"
        )
        assert builder.page.evaluate("document.getElementsByName('url')[0].value") == "shop.example"
        assert builder.page.evaluate("document.activeElement.name") == "url"
        assert builder.page.evaluate(NAMES) == []
        builder.fine()

    def test_it_asks_before_what_is_not_saved_is_lost(self, builder):
        builder.create()
        builder.add("[data-focus='add::']", "webhook")
        builder.page.type("[name=url]", "shop.example")
        builder.page.wait_for("document.querySelector('#id_url_errors p')")

        builder.page.click("[data-close]")
        builder.page.wait_for("document.querySelector('[data-give-up]')")
        assert builder.page.evaluate("document.activeElement.name") == "url"
        builder.page.click("[data-give-up]")

        builder.page.wait_for("document.querySelector('#flow-panel').hidden")
        assert builder.page.evaluate(SAVED)
        builder.fine()

    def test_a_save_that_failed_is_tried_again_and_nothing_is_lost(self, builder):
        builder.create()
        builder.add("[data-focus='add::']", "wait")
        builder.has("Wait 1 day")
        builder.waits()
        builder.page.evaluate(
            "(() => { const send = window.fetch;"
            "window.fetch = () => { window.fetch = send; return Promise.reject(new TypeError()); };"
            "})()"
        )

        builder.page.type("[name=name]", "Breathe")
        builder.page.wait_for("document.querySelector('#flow-saving').dataset.state === 'failed'")
        assert builder.page.evaluate("document.getElementsByName('name')[0].value") == "Breathe"
        builder.page.click("[data-retry]")

        builder.has("Breathe")
        builder.waits()
        builder.fine()


class TestKeyboard:
    def press(self, builder, *keys):
        for key in keys:
            builder.page.press(key)

    def begin(self, builder):
        """Build a wait before a leave."""
        builder.create()
        page = builder.page
        page.evaluate("document.querySelector('[data-focus=\"card:entry\"]').focus()")
        self.press(builder, "+")
        page.wait_for("document.querySelector('#flow-kinds').open")
        self.press(builder, "l", "e", "a", "v", "e", "Enter")
        builder.has("Leave")
        builder.waits()
        self.press(builder, "Escape")
        page.wait_for(f"({FOCUS} ?? '').startsWith('card:')")
        self.press(builder, "ArrowUp")
        page.wait_for(f"{FOCUS} === 'card:entry'")
        self.press(builder, "+")
        page.wait_for("document.querySelector('#flow-kinds').open")
        self.press(builder, "w", "a", "i", "t", "Enter")
        builder.has("Wait 1 day", "Leave")
        builder.waits()
        self.press(builder, "Escape")
        page.wait_for(f"{CARD.format('Wait 1 day')} === document.activeElement")

    def test_a_flow_is_built_and_changed_without_a_mouse(self, builder):
        self.begin(builder)
        page = builder.page
        has_focus = f"{CARD.format('Wait 1 day (copy)')} === document.activeElement"

        self.press(builder, "d")
        builder.has("Wait 1 day", "Wait 1 day (copy)", "Leave")
        page.wait_for(has_focus)
        self.press(builder, "Alt+ArrowUp")
        builder.has("Wait 1 day (copy)", "Wait 1 day", "Leave")
        page.wait_for(has_focus)
        self.press(builder, "m")
        page.wait_for("document.querySelector('#flow-moving').textContent.includes('Place 1 of')")
        self.press(builder, "Enter")
        builder.has("Wait 1 day", "Wait 1 day (copy)", "Leave")
        page.wait_for(has_focus)
        self.press(builder, "Delete")
        page.wait_for("document.querySelector('#flow-dialog').open")
        self.press(builder, "Enter")
        builder.has("Wait 1 day", "Leave")
        self.press(builder, "Control+z")
        builder.has("Wait 1 day", "Wait 1 day (copy)", "Leave")
        self.press(builder, "Control+Shift+Z")
        builder.has("Wait 1 day", "Leave")
        builder.says("Done again: Deleted “Wait 1 day (copy)”.")

        assert builder.stored() == "[['Wait 1 day', 'Leave'], ['Wait 1 day.done>Leave'], 'draft']"
        builder.fine()

    def test_it_is_published_and_each_problem_is_a_way_to_its_place(self, builder):
        builder.create()
        page = builder.page
        page.evaluate("document.querySelector('[data-focus=publish]').focus()")

        self.press(builder, "Enter")
        page.wait_for("document.querySelector('#flow-dialog').open")
        self.press(builder, "Enter")
        page.wait_for(f"{FOCUS} === 'card:entry'")
        self.press(builder, "+")
        page.wait_for("document.querySelector('#flow-kinds').open")
        self.press(builder, "l", "i", "m", "Enter")
        builder.has("Limit")
        builder.waits()
        page.evaluate("document.querySelector('[data-focus=publish]').focus()")
        self.press(builder, "Enter")
        page.wait_for("document.querySelector('#flow-dialog [type=submit]')")
        self.press(builder, "Tab")
        builder.leads_on(lambda: self.press(builder, "Enter"))

        page.wait_for("document.body.innerText.includes('Version 1')")
        assert builder.stored() == "[['Limit'], [], 'active']"
        builder.fine()


class TestPhone:
    @pytest.fixture
    def two(self, builder):
        """Two steps in a line, on a phone."""
        builder.create()
        builder.page.set_viewport(390, 844)
        builder.add("[data-focus='add::']", "leave")
        builder.has("Leave")
        builder.waits()
        builder.page.click("[data-close]")
        for name in ("First", "Second"):
            builder.add("[data-focus='add::']", "wait")
            builder.page.type("[name=name]", name)
            builder.has(name, *(["First"] if name == "Second" else []), "Leave")
            builder.waits()
            builder.page.click("[data-close]")
        return builder

    def test_a_card_under_a_resting_finger_is_dragged_and_nothing_scrolls(self, two):
        page = two.page
        page.evaluate("document.getElementById('flow-scroll').scrollTo(0, 0)")
        place = "[scrollY, document.getElementById('flow-scroll').scrollTop]"
        before = page.evaluate(place)

        page.hold(CARD.format("Second"))
        page.wait_for("document.querySelector('.flow-dragged')")
        page.slide(f"{CARD.format('Leave')}.closest('.flow-card').previousElementSibling")
        page.wait_for("document.querySelector('.chosen')")
        assert page.evaluate(place) == before
        page.lift()

        two.has("First", "Second", "Leave")
        two.waits()
        assert page.evaluate("document.querySelector('#flow-panel').hidden")
        two.fine()

    def test_a_finger_that_is_lifted_where_it_was_moves_nothing(self, two):
        page = two.page

        page.hold(CARD.format("Second"))
        page.wait_for("document.querySelector('.flow-dragged')")
        page.lift()

        page.wait_for("!document.querySelector('.flow-dragged')")
        assert page.evaluate(SAVED)
        assert page.evaluate(NAMES) == ["Second", "First", "Leave"]
        two.fine()

    def test_it_can_be_read_and_changed_a_little(self, builder):
        builder.create()
        page = builder.page
        page.set_viewport(390, 844)

        builder.add("[data-focus='add::']", "wait")
        builder.has("Wait 1 day")
        builder.waits()

        panel = page.evaluate(
            "(({left, top, width}) => [left, top, width])"
            "(document.querySelector('#flow-panel').getBoundingClientRect())"
        )
        # Without the bar that some browsers scroll by.
        assert panel == [0, 0, page.evaluate("document.documentElement.clientWidth")]
        page.click("[data-close]")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        builder.fine()
