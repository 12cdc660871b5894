"""Where the drawn browsers cut texts off, in the editor of a push."""

import pytest

from apps.assets.compatibility import clients

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

# Cards that say that a text is cut off, and how much of what is drawn is out of sight.
CUT = """(name) => [...document.querySelectorAll("[data-client]")]
  .filter((card) => [...card.querySelectorAll(".client-notes li")]
    .some((note) => note.innerText.startsWith("Cut here:") && note.innerText.includes(name)))
  .map((card) => card.dataset.client).sort()"""
CLAMPED = """[...document.querySelectorAll(".push, .push-texts, .push-title, .push-body")]
  .filter((part) => part.scrollHeight > part.clientHeight || part.scrollWidth > part.clientWidth)
  .map((part) => part.className)"""
WRITE = """(name, text) => {
  const field = document.getElementsByName(name)[0];
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}"""


def words(length):
    """A text of so many characters, which begins with their number."""
    return (f"{length}: " + "boots are back in stock, in all sizes. " * 10)[: length - 1] + "!"


def cut_with(page, name, text):
    """Write the text, wait until it is drawn, and return which cards say that they cut it."""
    page.evaluate(WRITE, name, text)
    part = "title" if name == "title" else "body"
    drawn = f"document.querySelector('.push-{part}')?.innerText"
    page.wait_for(f"{drawn}?.startsWith({text.split()[0]!r})")
    return page.evaluate(CUT, name)


MAKE = """
from django.utils.crypto import get_random_string
from apps.accounts import sites
home = f"https://{get_random_string(8).lower()}.example"
site = sites.create(name=home, home=home, origins=[home], vapid_subject="mailto:a@b.example")
print(site.pk)
"""


@pytest.fixture
def form(office, desk):
    # Of its own, where nobody is: of others the checks would name only the browsers that are there.
    site = int(desk.run(MAKE))
    office.goto(f"{desk.origin}/admin/assets/push/add/?site={site}")
    office.wait_for("document.querySelector('.push-title')")
    return office


class TestWhereTextsAreCut:
    """The matrix says it, and the drawing takes nothing more away."""

    @pytest.mark.parametrize("more", [-1, 0, 1])
    def test_the_cards_that_say_so_are_those_of_the_matrix(self, form, more):
        form.type("[name=title]", "Hi")
        for most in sorted({client.body_chars for client in clients()}):
            said = cut_with(form, "message", words(most + more))

            assert said == sorted(
                client.name for client in clients() if most + more > client.body_chars
            )
            assert form.evaluate(CLAMPED) == []

    @pytest.mark.parametrize("more", [-1, 0, 1])
    def test_titles_too(self, form, more):
        for most in sorted({client.title_chars for client in clients()}):
            said = cut_with(form, "title", words(most + more))

            assert said == sorted(
                client.name for client in clients() if most + more > client.title_chars
            )
            assert form.evaluate(CLAMPED) == []

    def test_more_lines_than_a_browser_shows_are_cut_and_less_are_not(self, form):
        form.type("[name=title]", "Hi")

        assert cut_with(form, "message", "Four:\nb\nc\nd") == []
        assert cut_with(form, "message", "Five:\nb\nc\nd\ne") == sorted(
            client.name for client in clients() if client.body_lines
        )
        assert form.evaluate(CLAMPED) == []

    def test_below_it_the_same_is_said(self, form):
        form.type("[name=title]", "Hi")
        assert cut_with(form, "message", words(139)) == ["chrome_macos", "safari_macos"]

        form.wait_for("/up to 139 characters/.test(document.body.innerText)")
        lint = form.evaluate("document.querySelector('a[href=\"#id_message\"]').innerText")
        assert "Windows" not in lint
        form.set_viewport(390, 800)
        assert form.evaluate(CLAMPED) == []
