"""The workshop as a whole: a push from the first key to the notification that somebody sees."""

import json
import re
from urllib.parse import urlsplit

import PIL.Image
import pytest

from tests.assets.drawing import drawn
from tests.browser.office import choose, follow, has_words, leads_on
from tests.browser.test_push_editor import BYTES, FOCUS, LINK, METER, TITLES, Hands
from tests.browser.test_test_sends import FIND, LINK_IT, OPEN, SUBMIT

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

PEOPLE = """
site = Site.objects.get()
# In the order in which PostgreSQL keeps them, too.
german = {"vip": True, "city": "Köln & Bonn", "first_name": "Greta"}
for key, language, state in (("greta", "de", german), ("walker", "en", {"vip": False})):
    Contact.objects.get_or_create(
        site=site, external_id=key, defaults={"language": language, "state": state}
    )
"""
VIP = {"field": "state.vip", "op": "is", "value": True}
GERMAN = {"field": "language", "op": "is", "value": "de"}
# What the meter says of the push as it would be sent.
SENT = """
from apps.assets.previews import meter
from apps.assets.models import Push
from apps.delivery import testing
contact = Contact.objects.get(external_id={contact!r})
draft = testing.Draft(asset=Push.objects.get(name={push!r}), contact=contact)
print(meter.read(testing.render(draft).shown).words)
"""

BLUE = (20, 60, 200)
READY = "document.querySelector({!r})?.offsetParent && document.readyState === 'complete'"
CLOSED = "document.querySelector('.editor-tags').hidden"
WHO = "document.querySelector('[data-who]').innerText.replace(/\\s+/g, ' ')"
SUMMARY = "document.querySelector('.asset-editor [data-summary]').textContent"
PICK = ".editor-popover input"
FOUND = "document.querySelector('.editor-popover [role=option]')?.innerText"
FACTS = "document.querySelector('image-address:has(#id_image) .image-facts').innerText"
UPLOAD = (
    "[...document.querySelectorAll('image-address:has(#id_image) button')]"
    ".find(button => button.innerText.includes('Upload'))"
)
PICTURE = "document.querySelector('[data-client=chrome_windows] .push-image img').naturalWidth"
# How the addresses of both end, by the external id.
PLACES = {"greta": "K%C3%B6ln%20%26%20Bonn", "walker": ""}


@pytest.fixture
def desk(browser_name, desk_of_one_site):
    return desk_of_one_site


@pytest.fixture
def picture(tmp_path):
    drawn(size=(720, 360), color=BLUE).save(tmp_path / "Boots.png")
    return tmp_path / "Boots.png"


def save(page, button="_save"):
    leads_on(page, lambda: page.click(f"[name={button}]"))


def overwrite(page, field, text):
    page.evaluate(f"document.getElementById({field!r}).focus()")
    page.evaluate(f"document.getElementById({field!r}).select()")
    Hands(page).write(text)


def write_rule(page, field, rule):
    """Put the rule into its text area, which the builder keeps beside itself."""
    builder = f"document.getElementById({field!r}).closest('.rule-builder')"
    page.wait_for(f"{builder}.querySelector('.rule-adders')")
    page.evaluate(f"{builder}.querySelector('summary').focus()")
    page.press("Enter")
    page.wait_for(f"{builder}.querySelector('details').open")
    overwrite(page, field, json.dumps(rule))
    page.press("Tab")
    page.wait_for(f"{builder}.querySelector('.rule-condition')")


class Workshop:
    """What a marketer does, in the order of the story; names are given once on a desk."""

    def __init__(self, page, browser, desk, desktop):
        self.page, self.browser, self.desk, self.desktop = page, browser, desk, desktop
        self.push, self.label = f"Boots in {browser.name}", f"discount_{browser.name}"

    def makes_a_label_tag(self):
        page = self.page
        page.goto(f"{self.desk.origin}/admin/assets/labeltag/add/")
        page.type("[name=name]", self.label)
        page.type("[name=value]", "20 %")
        page.click("#values-group .add-row")
        page.type("[name=values-0-value]", "30 %")
        write_rule(page, "id_values-0-rule", VIP)
        save(page)
        has_words(page, "was added successfully")

    def makes_a_push_by_keys(self):
        """Return how many interactions it took, from the first page to the saved push."""
        page, hands = self.page, Hands(self.page)
        page.goto(f"{self.desk.origin}/admin/")
        hands.tab_to(LINK, "Push")
        hands.press("Enter")
        page.wait_for(READY.format("a.addlink"))
        hands.press("Alt+n")
        page.wait_for(f"({FOCUS}) === 'name'")
        hands.write(self.push)
        for name, text in (
            ("title", f"{{{{ state.first_name | my friend }}}}, {{{{ label.{self.label} }}}} off"),
            ("message", "Boots until Sunday"),
            ("url", "/demo/?for={{ state.city }}"),
        ):
            hands.tab_to(FOCUS, name)
            hands.write(text)
            page.wait_for(CLOSED)
        hands.press("Control+Enter")
        has_words(page, self.push)
        assert page.url == f"{self.desk.origin}/admin/assets/push/"
        return hands.count

    def adds_a_picture_and_a_button(self, path):
        page = self.page
        follow(page, self.push)
        page.click(UPLOAD)
        page.choose_file("body > input[type=file]", path)
        page.wait_for(f"{FACTS} === '720 × 360 px, 2:1'")
        page.click("document.querySelector('#buttons-group .add-row')")
        page.type("[name=buttons-0-label]", "Show me")
        page.type("[name=buttons-0-url]", "/demo/?shown={{ state.city }}")
        save(page, "_continue")
        page.wait_for(f"{PICTURE} === 720")

    def adds_a_german_variation(self):
        page = self.page
        follow(page, "+ Add variation")
        page.type("[name=name]", "German")
        choose(page, "status", "Active")
        write_rule(page, "id_rule", GERMAN)
        overwrite(
            page, "id_title", f"{{{{ state.first_name }}}}, spare {{{{ label.{self.label} }}}}"
        )
        save(page)
        has_words(page, "Who gets which variation")

    def looks_as(self, contact):
        """Return what the preview says: its titles, once each, who gets what, and the size."""
        page = self.page
        page.click(".editor-pick")
        page.type(PICK, contact)
        page.wait_for(f"({FOUND} ?? '').startsWith({contact!r})")
        page.press("Enter")
        page.wait_for(f"{SUMMARY}.startsWith('Preview as {contact}: ')")
        return set(page.evaluate(TITLES)), page.evaluate(WHO), page.evaluate(METER)

    def links_her_browser(self):
        page = self.page
        page.click(OPEN)
        page.click(LINK_IT)
        self.browser.answer_prompt("allow")
        page.wait_for("document.querySelector('[data-this-browser]:not([hidden])')")

    def sends_a_test(self, contact, title):
        """Return the notification that comes of it."""
        page = self.page
        overwrite(page, "id_who", contact)
        page.click(FIND)
        has_words(page, f"Filled for {contact}")
        page.evaluate("document.querySelector('.test-answers').replaceChildren()")
        page.click(SUBMIT)
        has_words(page, "Accepted by its push service")
        return self.desktop.wait_for(title)

    def opens(self, notification, button, address):
        self.desktop.click(notification, button)
        opened = self.browser.wait_for_page(f"{self.desk.origin}{address}")
        assert opened.errors == []
        opened.close()


def has_picture(notification):
    """Whether it shows the picture that was uploaded, and no other."""
    found = re.search(r'<img src="file://([^"]+)"', notification.body)
    if not found:
        return False
    with PIL.Image.open(found[1]) as shown:
        color = shown.convert("RGB").getpixel((shown.width // 2, shown.height // 2))
        return all(abs(one - other) < 8 for one, other in zip(color, BLUE, strict=True))


class TestWorkshop:
    def test_a_push_is_made_varied_looked_at_and_received(
        self, office, browser, desk, desktop, picture
    ):
        desk.run(PEOPLE)
        her = Workshop(office, browser, desk, desktop)
        titles = {"greta": "Greta, spare 30 %", "walker": "my friend, 20 % off"}

        her.makes_a_label_tag()
        assert her.makes_a_push_by_keys() < 20
        her.adds_a_picture_and_a_button(picture)
        her.adds_a_german_variation()

        previews = {contact: her.looks_as(contact) for contact in titles}
        sizes = {each: desk.run(SENT.format(contact=each, push=her.push)) for each in titles}
        assert previews["greta"] == (
            {titles["greta"]},
            f"Greta · Köln & Bonn · de. Gets German {her.label}: 30 %",
            sizes["greta"],
        )
        assert previews["walker"] == (
            {titles["walker"]},
            f"en. Gets Default content {her.label}: 20 %",
            sizes["walker"],
        )
        assert office.evaluate(BYTES) == int(sizes["walker"].split()[0].replace(",", ""))

        her.links_her_browser()
        for contact, title in titles.items():
            for button, query in ((None, "for"), ("Show me", "shown")):
                shown = her.sends_a_test(contact, title)
                body = shown.body.removeprefix(f"{urlsplit(desk.origin).netloc}\n\n")
                assert body.startswith("Boots until Sunday")
                assert shown.buttons == ["Show me"]
                # Firefox shows no large image.
                assert has_picture(shown) is (browser.name == "chromium")
                her.opens(shown, button, f"/demo/?{query}={PLACES[contact]}")
        assert office.errors == []
        assert not re.search(r"\b(ERROR|CRITICAL)\b|Traceback", desk.log())
