"""The editor of a push as a marketer uses it who never takes the hands off the keyboard."""

import pytest

from tests.browser.desk import PASSWORD
from tests.browser.office import WORDS, has_words

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

FOCUS = "document.activeElement.name ?? ''"
LINK = "document.activeElement.innerText?.trim().split('\\n').pop().trim() ?? ''"
TITLES = "[...document.querySelectorAll('.push-title')].map(title => title.innerText)"
NOTES = "document.querySelector('[data-client={}] .client-notes').innerText"
BYTES = "Number(document.querySelector('.editor-bar').getAttribute('aria-valuenow'))"
METER = "document.querySelector('.editor-meter p').innerText"
ERROR = "document.querySelector('.live-error')?.innerText ?? ''"
PICTURES = "[...document.querySelectorAll('.image-tool')].find(b => b.innerText.includes('Choose'))"
SEND_TEST = (
    "[...document.querySelectorAll('.opens-dialog')].find(b => b.innerText.startsWith('Send a'))"
)
ANALYST = f"""
from apps.accounts.models import User
user = User.objects.get(username="analyst")
if not user.has_usable_password():
    user.set_password({PASSWORD!r})
    user.save()
"""
WHO = "document.querySelector('.editor-pick').innerText"
# The newest of the site: others may have come without a name.
TWO_CONTACTS = """
from django.utils.crypto import get_random_string
site = Site.objects.earliest("pk")
for name in ("Yann", "Zoe"):
    external_id = f"{name.lower()}-{get_random_string(6)}"
    Contact.objects.create(site=site, external_id=external_id, state={"first_name": name})
"""
GERMAN = """
from django.utils.crypto import get_random_string
site = Site.objects.earliest("pk")
german = {{"field": "language", "op": "is", "value": "de"}}
push = Push.objects.get(pk={push})
push.variations.all().delete()
push.variations.create(name="German", status="active", rule=german, content={{"title": "Hallo"}})
key = f"greta-{{get_random_string(6)}}"
state = {{"first_name": "Greta"}}
Contact.objects.create(site=site, external_id=key, language="de", state=state)
"""
COUNTER = "document.querySelector('[data-counter=title]').innerText"
OFFERED = (
    "document.querySelector('.editor-tags:not([hidden]) [aria-selected=true] span')?.innerText"
)


class Hands:
    """Presses keys and writes, and counts: a key or one text is one interaction."""

    def __init__(self, page):
        self.page, self.count = page, 0

    def press(self, *keys):
        for key in keys:
            self.page.press(key)
            self.count += 1

    def write(self, text):
        for sign in text:
            self.page.press(sign)
        self.count += 1

    def tab_to(self, what, wanted):
        for _ in range(12):
            if self.page.evaluate(what) == wanted:
                return
            self.press("Tab")
        raise AssertionError(f"Tab does not lead to “{wanted}”")


@pytest.fixture
def page(office, desk):
    office.goto(f"{desk.origin}/admin/")
    return office


@pytest.fixture
def form(page, desk):
    # The shop's: other tests of this desk make more sites.
    site = int(desk.run("print(Site.objects.earliest('pk').pk)"))
    page.goto(f"{desk.origin}/admin/assets/push/add/?site={site}")
    page.wait_for("document.querySelector('.push-title')")
    return page


def a_full_push(desk, **content):
    made = f"""
site = Site.objects.earliest("pk")
push, _ = Push.objects.update_or_create(site=site, name="Edited", defaults={content!r})
push.buttons.all().delete()
for label in ("One", "Two", "Three"):
    Button.objects.create(asset=push, label=label)
print(push.pk)
"""
    return int(desk.run(made))


class TestKeyboard:
    @pytest.fixture
    def desk(self, browser_name, desk_of_one_site):
        # Who has several sites chooses one as well.
        return desk_of_one_site

    def test_a_push_is_made_in_under_twenty_interactions(self, page, browser, desk):
        hands, name = Hands(page), f"By keys in {browser.name}"

        hands.tab_to(LINK, "Push")
        hands.press("Enter")
        page.wait_for("document.querySelector('a.addlink') && document.readyState === 'complete'")
        hands.press("Alt+n")
        page.wait_for(f"({FOCUS}) === 'name'")
        hands.write(name)
        hands.tab_to(FOCUS, "title")
        hands.write("Hello {{ first")
        page.wait_for(f"({OFFERED}) === 'state.first_name'")
        hands.press("Enter")
        page.wait_for(f"{TITLES}.length >= 7 && !{TITLES}.some(title => title.includes('title'))")
        hands.tab_to(FOCUS, "message")
        before = page.evaluate(BYTES)
        hands.write("Until Sunday")
        page.wait_for(f'{BYTES} === {before} + \',"body":"Until Sunday"\'.length')
        hands.press("Control+Enter")

        has_words(page, name)
        assert page.url.endswith("/admin/assets/push/")
        assert hands.count < 20
        stored = desk.run(f"p = Push.objects.get(name={name!r}); print(p.title, p.message)")
        assert stored == "Hello {{ state.first_name }} Until Sunday"
        assert page.errors == []


class TestDialogs:
    def test_the_keyboard_comes_back_to_what_opened_them(self, page, desk):
        page.goto(f"{desk.origin}/admin/assets/push/{a_full_push(desk, title='Hello')}/change/")
        for opener, opened in (
            (PICTURES, "document.querySelector('.image-dialog[open]')"),
            (SEND_TEST, "document.querySelector('#modal-content')?.checkVisibility()"),
        ):
            page.wait_for(opener)
            page.evaluate(f"{opener}.focus()")
            page.press("Enter")
            page.wait_for(opened)
            page.press("Escape")
            page.wait_for(f"!({opened}) && document.activeElement === {opener}")


class TestWhoMayOnlyLook:
    @pytest.fixture
    def username(self):
        return "analyst"

    @pytest.fixture
    def desk(self, browser_name, running_desk):
        running_desk.run(ANALYST)
        return running_desk

    def test_what_is_stored_is_judged_and_no_empty_form(self, page, desk):
        page.goto(f"{desk.origin}/admin/assets/push/{a_full_push(desk, title='Hello')}/change/")

        page.wait_for("document.querySelector('.editor-fragment:has(.fit-level, .fit-fine)')")

        assert "This field is required" not in page.evaluate(WORDS)


class TestPreview:
    def test_an_error_is_said_beside_the_field_and_the_last_good_preview_stays(self, form):
        form.type("[name=title]", "Sale")
        form.wait_for(f"{TITLES}[0] === 'Sale'")

        form.type("[name=title]", " {{ state.frist_name }}")

        form.wait_for(f"({ERROR}).includes('Do you mean “state.first_name”?')")
        assert set(form.evaluate(TITLES)) == {"Sale"}
        described = "document.getElementsByName('title')[0].getAttribute('aria-describedby')"
        assert "id_title-live-error" in form.evaluate(described)

    def test_what_was_wrong_when_it_was_saved_is_said_once(self, form):
        form.type("[name=name]", "Wrong")
        form.type("[name=title]", "Sale {{ state.frist_name }}")
        form.click("[name=_continue]")

        form.wait_for(f"{WORDS}.includes('Please correct the error') && ({ERROR})")

        said = form.evaluate("document.getElementById('push_form').innerText")
        assert said.count("Do you mean “state.first_name”?") == 1
        assert form.errors == []

    def test_the_next_contact_is_looked_at_with_its_own_values(self, form, desk):
        desk.run(TWO_CONTACTS)
        form.goto(form.url)
        form.type("[name=title]", "{{ state.first_name | default: 'Nobody' }}")
        form.wait_for(f"{TITLES}[0] === 'Zoe'")

        form.click(".editor-next")

        form.wait_for(f"{TITLES}[0] === 'Yann'")
        assert form.evaluate(f"{WHO}.startsWith('yann-')")

    def test_each_browser_says_what_it_leaves_out(self, page, desk):
        push = a_full_push(desk, title="Hi", image="/static/demo/icon.png", data={})
        page.goto(f"{desk.origin}/admin/assets/push/{push}/change/")
        page.wait_for("document.querySelector('.push-buttons')")

        iphone = page.evaluate(NOTES.format("safari_ios"))

        assert "image" in iphone
        assert "buttons" in iphone
        assert "third button" in page.evaluate(NOTES.format("chrome_windows"))
        page.wait_for("document.querySelector('[data-client=chrome_windows] .push-image img')")
        assert not page.evaluate("!!document.querySelector('[data-client=safari_ios] .push-image')")

    def test_a_picture_that_does_not_load_is_said_in_words(self, page, desk):
        push = a_full_push(desk, title="Hi", image="/static/demo/nothing.png")
        page.goto(f"{desk.origin}/admin/assets/push/{push}/change/")

        page.wait_for(f"{WORDS}.includes('The image does not load')")

    def test_the_meter_turns_red_with_what_is_too_much(self, form):
        form.type("[name=title]", "Hi")
        form.evaluate("document.getElementsByName('message')[0].value = 'ü'.repeat(1000)")
        form.type("[name=message]", " ")
        form.wait_for("document.querySelector('[data-meter]').dataset.level === 'amber'")
        form.evaluate("document.getElementsByName('image')[0].value = '/' + 'i'.repeat(900)")
        form.type("[name=image]", "i")

        form.wait_for("document.querySelector('[data-meter]').dataset.level === 'red'")
        assert form.evaluate(METER).endswith(
            "too large for Firefox on Android: the image would be left out"
        )


class TestCounters:
    def test_a_text_is_counted_as_the_contact_would_get_it_whichever_content_is_shown(
        self, page, desk
    ):
        push = a_full_push(desk, title="Hello {{ state.first_name }}")
        desk.run(GERMAN.format(push=push))
        page.goto(f"{desk.origin}/admin/assets/push/{push}/change/")

        page.wait_for(f"{TITLES}[0] === 'Hallo'")

        assert page.evaluate(COUNTER) == f"{len('Hello Greta')} of 40 characters"

    def test_what_cannot_be_filled_is_counted_as_it_is_written(self, form):
        form.type("[name=title]", "Hello {{")
        form.wait_for(f"{COUNTER} === '8 of 40 characters as written'")

        form.type("[name=title]", " state.frist_name }}")

        form.wait_for(f"({ERROR}).includes('Do you mean “state.first_name”?')")
        assert form.evaluate(COUNTER) == "28 of 40 characters as written"

    def test_a_text_without_tags_is_counted_at_once(self, form):
        form.type("[name=title]", "Sale")

        assert form.evaluate(COUNTER) == "4 of 40 characters"


class TestWidth:
    @pytest.mark.parametrize(("width", "is_beside"), [(1440, True), (390, False)])
    def test_the_preview_is_beside_the_form_or_below_it(self, form, width, is_beside):
        form.set_viewport(width, 900)

        box = "document.querySelector('{}').getBoundingClientRect()"
        beside = f"{box.format('.asset-editor')}.left >= {box.format('#push_form')}.right"
        below = f"{box.format('.asset-editor')}.top >= {box.format('#push_form')}.bottom"
        assert form.evaluate(f"[{beside}, {below}]") == [is_beside, not is_beside]
        assert form.evaluate("document.documentElement.scrollWidth <= innerWidth")
