"""Where things stand on the page of an asset: the preview, and what is said at fields."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

MAKE = """
from apps.assets.models import Popup
site = Site.objects.earliest("pk")
rows = []
for kind in (Push, Popup):
    name = f"Scrolled {kind.__name__}"
    row, _ = kind.objects.get_or_create(site=site, name=name, defaults={"title": "Hello"})
    row.variations.get_or_create(name="Other", defaults={"content": {"title": "Hallo"}})
    rows += [f"{kind.__name__.lower()}/{row.pk}", f"variation/{row.variations.get().pk}"]
print(f"add/?site={site.pk}", *(f"{row}/change/" for row in rows))
"""
PAGES = ("a new push", "a push", "its variation", "a popup", "a variation of it")
# What is drawn, and what is found out about the draft where there is anything.
DRAWN = (
    "document.readyState === 'complete' && document.querySelector('.push-title, .popup-screen') && "
    "[...document.querySelectorAll('.editor-fragments')]"
    ".every(place => place.querySelector('.fit-level, .fit-fine'))"
)
# Down the whole page: where the preview stood, and the titles of the panels that it lay over.
SCROLLED = """(() => {
  const preview = document.querySelector(".asset-editor");
  const all = [...document.querySelectorAll("#content-main .panel")];
  const panels = all.filter((panel) => panel.offsetParent);
  const tops = new Set();
  const over = new Set();
  for (let y = 0; y < document.documentElement.scrollHeight; y += 40) {
    scrollTo({ top: y, behavior: "instant" });
    const a = preview.getBoundingClientRect();
    tops.add(Math.round(a.top));
    for (const panel of panels) {
      const b = panel.getBoundingClientRect();
      const isBeside = a.right <= b.left || b.right <= a.left;
      const isAbove = a.bottom <= b.top || b.bottom <= a.top;
      if (!isBeside && !isAbove) over.add(panel.querySelector("h2").innerText);
    }
  }
  return { tops: [...tops], over: [...over], panels: panels.length };
})()"""
# Less high than the preview.
SHORTEN = "document.querySelector('#content-main > form').style = 'height: 200px; overflow: hidden'"

# Of a field with a picker beside it, and of what is said below it.
LINES = """(name) => {
  const box = (element) => {
    const { left, top, right, bottom, width } = element.getBoundingClientRect();
    return { left, top, right, bottom, width };
  };
  const input = document.getElementsByName(name)[0];
  const field = input.closest(".field-line").lastElementChild;
  const said = document.getElementById(`${input.id}-live-error`);
  return { input: box(input), field: box(field), said: said && box(said) };
}"""


@pytest.fixture(params=[(1440, 900), (1280, 720)], ids=["large", "small"])
def large_screen(office, request):
    office.set_viewport(*request.param)
    return office


def go(page, desk, which):
    new, *stored = desk.run(MAKE).split()
    addresses = dict(zip(PAGES, [f"push/{new}", *stored], strict=True))
    page.goto(f"{desk.origin}/admin/assets/{addresses[which]}")
    page.wait_for(DRAWN)


class TestScrolling:
    @pytest.mark.parametrize("which", PAGES)
    def test_the_preview_stays_in_sight_beside_the_form_and_lies_over_no_panel(
        self, large_screen, desk, which
    ):
        go(large_screen, desk, which)

        seen = large_screen.evaluate(SCROLLED)

        assert (seen["over"], 16 in seen["tops"]) == ([], True)

    @pytest.mark.parametrize("which", ["a push", "a popup"])
    def test_beside_a_form_that_is_shorter_it_lies_over_no_panel(self, large_screen, desk, which):
        go(large_screen, desk, which)
        large_screen.evaluate(SHORTEN)

        seen = large_screen.evaluate(SCROLLED)

        assert (seen["over"], seen["panels"] > 2) == ([], True)


class TestErrors:
    @pytest.mark.parametrize("width", [1440, 390])
    @pytest.mark.parametrize("color", ["#fffffe", "grey"])
    def test_what_is_wrong_with_a_colour_stands_below_the_whole_field(
        self, office, desk, width, color
    ):
        office.set_viewport(width, 900)
        go(office, desk, "a popup")
        before = office.evaluate(LINES, "text_color")

        office.type("[name=text_color]", color)

        office.wait_for("document.getElementById('id_text_color-live-error')")
        after = office.evaluate(LINES, "text_color")
        assert after["input"]["width"] == before["input"]["width"]
        assert after["said"]["top"] >= after["input"]["bottom"]
        edges = [(after[one]["left"], after[one]["right"]) for one in ("said", "field")]
        assert edges[0] == edges[1]
