"""Pictures of a push by keyboard alone: uploaded, chosen, removed; and what is refused."""

import pytest

from tests.assets.drawing import HTML, a_photo, drawn

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

FOCUS = "document.activeElement.getAttribute('aria-label') || document.activeElement.innerText"
ICON = "document.getElementById('id_icon')"
FACTS = "document.querySelector('image-address:has(#id_icon) .image-facts').innerText"
PROBLEM = "document.querySelector('image-address:has(#id_icon) .image-error').textContent"
FILE = "body > input[type=file]"


@pytest.fixture(params=["chromium"])
def browser_name(request):
    return request.param


@pytest.fixture
def page(office, desk):
    # The shop's: other tests of this desk make more sites.
    site = desk.run("from apps.accounts.models import Site; print(Site.objects.earliest('pk').pk)")
    office.goto(f"{desk.origin}/admin/assets/push/add/?site={int(site)}")
    office.wait_for("document.querySelector('.image-tools')")
    return office


@pytest.fixture
def files(tmp_path):
    a_photo((256, 256)).save(tmp_path / "Autumn icon.png")
    drawn(size=(40, 20)).save(tmp_path / "Tiny.jpg")
    (tmp_path / "page.png").write_bytes(HTML)
    return tmp_path


def keys(page, *names):
    for name in names:
        page.press(name)


def tab_to(page, label):
    for _ in range(8):
        page.press("Tab")
        if page.evaluate(FOCUS).strip().split("\n")[-1].startswith(label):
            return
    raise AssertionError(f"Tab does not lead to “{label}”")


def upload(page, path):
    page.evaluate(f"{ICON}.focus()")
    tab_to(page, "Upload")
    page.press("Enter")
    page.choose_file(FILE, path)


class TestPictures:
    def test_a_marketer_uploads_chooses_and_removes_by_keyboard(self, page, files):
        page.type("[name=name]", "Autumn")
        page.type("[name=title]", "Autumn is here")
        upload(page, files / "Autumn icon.png")
        page.wait_for(f"{FACTS} === '256 × 256 px, 1:1'")
        address = page.evaluate(f"{ICON}.value")
        assert address.startswith(page.evaluate("location.origin") + "/media/assets/")

        tab_to(page, "Remove")
        page.press("Enter")
        assert (page.evaluate(f"{ICON}.value"), page.evaluate(FOCUS)) == ("", "Undo")

        page.evaluate(f"{ICON}.focus()")
        tab_to(page, "Choose")
        page.press("Enter")
        page.wait_for("document.querySelector('.image-option')")
        assert page.evaluate(FOCUS) == "Search the images"
        keys(page, *"utumn i")
        page.wait_for("document.querySelectorAll('.image-option').length === 1")
        keys(page, "ArrowDown", "Enter")
        assert page.evaluate(f"{ICON}.value") == address
        assert page.evaluate(FOCUS).endswith("Choose")
        assert not page.evaluate("document.querySelector('dialog.image-dialog')")

        page.evaluate("document.querySelector('[name=_continue]').focus()")
        page.press("Enter")
        page.wait_for(
            "location.pathname.endsWith('/change/') && document.readyState === 'complete'"
        )
        page.wait_for(f"{FACTS} === '256 × 256 px, 1:1'")
        assert page.evaluate(f"{ICON}.value") == address
        assert page.errors == []

    def test_it_warns_of_a_picture_that_does_not_fit(self, page, files):
        upload(page, files / "Tiny.jpg")

        page.wait_for(f"{FACTS}.includes('40 × 20 px, 2:1')")

        said = page.evaluate(FACTS)
        assert "Too small: it will look blurred. Take one of at least 192 × 192 px." in said
        assert "Not square: 50 % of it, left and right, may be cut off." in said
        assert page.evaluate("document.getElementById('id_name').value") == ""
        assert page.errors == []

    def test_what_is_refused_is_said_at_the_field_and_nothing_is_lost(self, page, files):
        page.type("[name=title]", "Autumn is here")
        page.evaluate(f"{ICON}.value = '/icon.png'")

        upload(page, files / "page.png")
        page.wait_for(f"{PROBLEM} !== ''")

        assert page.evaluate(PROBLEM) == (
            "This is no picture that we take: PNG, JPEG, WebP or GIF."
        )
        assert page.evaluate(f"{ICON}.value") == "/icon.png"
        assert page.evaluate("document.getElementById('id_title').value") == "Autumn is here"

    def test_without_a_site_it_says_to_choose_one(self, page):
        page.evaluate("document.getElementById('id_site').value = ''")
        page.evaluate(f"{ICON}.focus()")

        tab_to(page, "Choose")
        page.press("Enter")

        assert page.evaluate(PROBLEM) == "Choose the site first: images belong to one."
        assert not page.evaluate("document.querySelector('dialog.image-dialog')")

    def test_a_row_that_was_added_has_it_too(self, page, files):
        page.click("document.querySelector('.add-row a, a.add-row, .add-row button')")
        page.wait_for("document.querySelector('[name=buttons-0-icon]')")
        row = "image-address:has([name=buttons-0-icon])"

        page.click(f"[...document.querySelectorAll('{row} button')][0]")
        page.choose_file(FILE, files / "Autumn icon.png")
        page.wait_for("document.querySelector('[name=buttons-0-icon]').value")

        assert page.evaluate(f"document.querySelectorAll('{row} .image-tools').length") == 1
        assert page.errors == []
