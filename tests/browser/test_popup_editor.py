"""The editor of a popup: what a marketer writes is drawn by the script that visitors get."""

import itertools

import pytest

from tests.browser.office import choose
from tests.browser.test_push_editor import ERROR, OFFERED
from tests.browser.test_workshop import FOUND, PICK, WHO

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

MAKE = """
from django.utils.crypto import get_random_string
from apps.assets.models import LabelTag, Popup
site = Site.objects.earliest("pk")
german = {{"field": "language", "op": "is", "value": "de"}}
popup = Popup.objects.create(
    site=site, name={name!r}, title="Hello {{{{ state.first_name }}}}", text="Until Sunday."
)
popup.variations.create(
    name="German",
    status="active",
    rule=german,
    content={{
        "title": "Hallo {{{{ state.first_name }}}}", "text": "{{{{ label.{label} }}}} Rabatt"
    }},
)
tag = LabelTag.objects.create(site=site, name={label!r}, value="10 %")
tag.values.create(rule=german, value="30 %")
keys = []
for name, language in (("Greta", "de"), ("Will", "en")):
    key = f"{{name.lower()}}-{{get_random_string(6)}}"
    Contact.objects.create(
        site=site, external_id=key, language=language, state={{"first_name": name}}
    )
    keys.append(key)
print(popup.pk, popup.variations.get().pk, *keys)
"""
VIPS = """
from apps.accounts.models import Property
from apps.assets.models import Popup
popup = Popup.objects.get(pk={popup})
Property.objects.get_or_create(
    site=popup.site, name="state_of_vip", event_name=None, defaults={{"type": "yes_no"}}
)
vip = {{"field": "state.state_of_vip", "op": "is", "value": True}}
firefox = {{"field": "device.browser", "op": "is", "value": "Firefox"}}
rule = {{"all": [vip, {{"none": [firefox]}}]}}
content = {{"title": "Dear {{{{ state.first_name }}}}"}}
popup.variations.create(name="VIP", status="active", position=1, rule=rule, content=content)
"""
ROWS = (
    "[...document.querySelectorAll('.editor-row')]"
    ".map(row => [...row.querySelectorAll('input')].map(input => input.value))"
)
VALUE_OF = (
    "[...document.querySelectorAll('.editor-row')]"
    ".find(row => row.querySelector('input').value === '{}').querySelectorAll('input')[1]"
)
SCREENS = ("computer", "phone")
SHADOW = (
    "document.querySelector('.popup-screen.{} iframe').contentDocument"
    ".querySelector('pushdesk-popup')?.shadowRoot"
)
MADE_UP = (
    "[...document.querySelectorAll('.editor-popover [role=option]')]"
    ".find(option => option.innerText.includes('a made-up contact'))"
)
CHOOSE_CONTENT = """(words) => {
  const select = document.querySelector(".editor-versions");
  select.value = [...select.options].find((one) => one.text === words).value;
  select.dispatchEvent(new Event("change", { bubbles: true }));
}"""
CONTENTS = "[...document.querySelector('.editor-versions').options].map(one => one.text)"
READY = "document.readyState === 'complete' && document.querySelector('.editor-pick')"

_numbers = itertools.count(1)


class Editor:
    """The page of a popup, or of a variation, with its preview."""

    def __init__(self, page, desk):
        self.page, self.desk = page, desk

    def open(self, path):
        self.page.goto(f"{self.desk.origin}/admin/assets/{path}")
        self.page.wait_for(READY)
        return self

    def says(self, title, text=None):
        """Wait until the dialog says so on both screens."""
        for screen in SCREENS:
            root = SHADOW.format(screen)
            self.page.wait_for(f"{root}?.querySelector('h2')?.textContent === {title!r}")
            if text is not None:
                self.page.wait_for(f"{root}.querySelector('p')?.textContent === {text!r}")

    def looks_as(self, key):
        self.page.click(".editor-pick")
        self.page.type(PICK, key)
        self.page.wait_for(f"({FOUND} ?? '').startsWith({key!r})")
        self.page.press("Enter")

    def looks_as_nobody(self):
        self.page.click(".editor-pick")
        self.page.wait_for(MADE_UP)
        self.page.click(MADE_UP)

    def writes(self, name, text):
        self.page.evaluate(f"document.getElementsByName({name!r})[0].select()")
        self.page.press("Backspace")
        self.page.type(f"[name={name}]", text)


@pytest.fixture
def editor(office, desk):
    return Editor(office, desk)


@pytest.fixture
def made(desk):
    """The ids of a popup and its variation, and the external ids of two contacts."""
    number = next(_numbers)
    code = MAKE.format(name=f"Looked at {number}", label=f"bonus_{number}")
    return desk.run(code).split()[-4:]


class TestPreview:
    def test_it_follows_what_is_typed_and_leaves_the_focus(self, office, desk, editor):
        office.goto(f"{desk.origin}/admin/assets/popup/add/")
        office.click("a[href$='starter=onboarding-box']")
        office.wait_for(f"document.getElementById('popup_form') && {READY}")
        choose(office, "site", "Fernweh Outfitters")
        editor.says("Would you like to be the first to know?")
        editor.looks_as_nobody()

        office.evaluate("document.getElementsByName('title')[0].value = ''")
        office.type("[name=title]", "News of {{ state.city }}")

        editor.says("News of Lisbon")
        assert office.evaluate("document.activeElement.name") == "title"
        assert office.errors == []

    def test_each_contact_sees_the_variation_that_it_meets(self, office, editor, made):
        popup, _, german, english = made
        editor.open(f"popup/{popup}/change/")

        editor.looks_as(german)
        editor.says("Hallo Greta", "30 % Rabatt")
        label = office.evaluate("document.querySelector('.editor-label').innerText")
        assert office.evaluate(WHO) == f"Greta · de. Gets German {label}"
        assert label.endswith(": 30 %")

        editor.looks_as(english)
        editor.says("Hello Will", "Until Sunday.")
        assert office.evaluate(WHO).startswith("Will · en. Gets Default content ")

        # The variation on top of what is written, as somebody who does not meet it.
        editor.writes("title", "Welcome {{ state.first_name }}")
        editor.says("Welcome Will")
        assert office.evaluate(CONTENTS) == ["What they get", "Default content", "German"]
        office.evaluate(CHOOSE_CONTENT, "German")
        editor.says("Hallo Will", "10 % Rabatt")
        said = office.evaluate(WHO)
        assert said.startswith("Will · en. Shows German, would get Default content ")
        assert office.errors == []

    def test_what_is_to_be_corrected_follows_what_is_typed(self, office, editor, made):
        editor.open(f"popup/{made[0]}/change/")

        editor.writes("title", "Hi {{ state.unheard }}")

        errors = "document.querySelector('[data-draft-fragment] .fit-findings.error')"
        office.wait_for(f"{errors}?.textContent.includes('unheard')")
        assert office.errors == []

    def test_what_is_typed_comes_before_what_is_made_up(self, office, editor, made):
        editor.open(f"popup/{made[0]}/change/")
        editor.looks_as_nobody()
        editor.says("Hello Anna")
        office.click(".editor-values summary")
        value = (
            "[...document.querySelectorAll('.editor-row input')].find(one => one.value === 'Anna')"
        )

        office.evaluate(f"{value}.focus() ?? {value}.select()")
        office.press("Z")

        editor.says("Hello Z")
        office.press("Backspace")
        editor.says("Hello")
        assert office.errors == []

    def test_somebody_made_up_gets_what_their_values_meet(self, office, desk, editor, made):
        desk.run(VIPS.format(popup=made[0]))
        editor.open(f"popup/{made[0]}/change/")
        editor.looks_as_nobody()
        editor.says("Hello Anna")
        office.wait_for(f"({WHO}).startsWith('Gets Default content ')")
        label = office.evaluate("document.querySelector('.editor-label').innerText")
        assert label.endswith(": 10 %")
        lacks = office.evaluate("document.querySelector('.editor-lacks').innerText")
        assert lacks == "Rules here ask for devices: a made-up contact has none."
        assert office.evaluate(CONTENTS) == ["What they get", "Default content", "German", "VIP"]
        office.click(".editor-values summary")
        rows = [["first_name", "Anna"], ["language", "en"], ["state_of_vip", ""]]
        assert office.evaluate(ROWS) == rows

        office.type(VALUE_OF.format("state_of_vip"), "true")
        editor.says("Dear Anna")
        office.wait_for(f"({WHO}).startsWith('Gets VIP ')")

        office.evaluate(f"{VALUE_OF.format('language')}.select()")
        office.press("Backspace")
        office.type(VALUE_OF.format("language"), "de")
        editor.says("Hallo Anna", "30 % Rabatt")
        office.wait_for(f"({WHO}).startsWith('Gets German ')")
        assert office.evaluate(ROWS)[1:] == [["language", "de"], ["state_of_vip", "true"]]

        office.evaluate(CHOOSE_CONTENT, "Default content")
        editor.says("Hello Anna")
        assert office.evaluate(WHO).startswith("Shows Default content, would get German ")
        assert office.errors == []

    def test_tags_are_offered_and_an_error_is_said_beside_the_field(self, office, editor, made):
        editor.open(f"popup/{made[0]}/change/")
        editor.looks_as(made[3])
        editor.writes("title", "Dear {{ first")
        office.wait_for(f"({OFFERED}) === 'state.first_name'")
        office.press("Enter")
        editor.says("Dear Will")

        office.type("[name=title]", " {{ state.frist_name }}")

        office.wait_for(f"({ERROR}).includes('Do you mean “state.first_name”?')")
        editor.says("Dear Will")
        assert office.errors == []

    def test_a_colour_that_is_hard_to_read_is_drawn_with_a_warning(self, office, editor, made):
        editor.open(f"popup/{made[0]}/change/")
        editor.writes("background_color", "#fff4dc")
        editor.writes("text_color", "#aaaaaa")

        office.wait_for("document.querySelector('[data-problem]').innerText.includes(' to 1 on ')")

        assert office.evaluate(ERROR).startswith("The text has a contrast of 2.1 to 1")
        # The script draws such a text in black, for visitors as well.
        card = f"{SHADOW.format('phone')}.querySelector('.card')"
        office.wait_for(f"getComputedStyle({card}).backgroundColor === 'rgb(255, 244, 220)'")
        assert office.evaluate(f"getComputedStyle({card}).color") == "rgb(0, 0, 0)"

    def test_the_page_of_a_popup_says_how_it_fits_without_an_error(self, office, desk):
        popup = desk.run(
            "from apps.assets.models import Popup; print(Popup.objects.earliest('pk').pk)"
        )
        office.goto(f"{desk.origin}/admin/assets/popup/{popup}/change/")

        office.wait_for("document.getElementById('fit_segment')")

        assert office.errors == []


class TestVariationPage:
    def test_the_variation_as_it_is_written_is_drawn_on_top_of_the_popup(
        self, office, desk, editor, made
    ):
        _, variation, german, _ = made
        editor.open(f"variation/{variation}/change/")
        editor.looks_as(german)
        editor.says("Hallo Greta", "30 % Rabatt")

        editor.writes("title", "Guten Tag {{ state.first_name }}")
        office.evaluate("document.getElementById('id_same_text').click()")

        editor.says("Guten Tag Greta", "Until Sunday.")
        assert office.evaluate(WHO) == "Greta · de. Gets German"
        assert office.evaluate("document.querySelector('.editor-versions').hidden")
        stored = desk.run(f"print(Variation.objects.get(pk={variation}).content['title'])")
        assert stored == "Hallo {{ state.first_name }}"
        assert office.errors == []


class TestWidth:
    @pytest.mark.parametrize(("width", "is_beside"), [(1440, True), (390, False)])
    @pytest.mark.parametrize("page", ["popup", "variation"])
    def test_the_preview_is_beside_the_form_or_below_it(
        self, office, editor, made, page, width, is_beside
    ):
        office.set_viewport(width, 900)
        editor.open(f"{page}/{made[0] if page == 'popup' else made[1]}/change/")

        box = "document.querySelector('{}').getBoundingClientRect()"
        form = box.format(f"#{page}_form")
        beside = f"{box.format('.asset-editor')}.left >= {form}.right"
        below = f"{box.format('.asset-editor')}.top >= {form}.bottom"
        assert office.evaluate(f"[{beside}, {below}]") == [is_beside, not is_beside]
        assert office.evaluate("document.documentElement.scrollWidth <= innerWidth")
