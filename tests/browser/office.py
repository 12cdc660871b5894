"""Moving about in the back office, in words."""

# Before the words of a link stands the name of its icon, on a line of its own.
LINK = (
    "[...document.querySelectorAll('a, button')].find(element => element.offsetParent && "
    "element.innerText.trim().split('\\n').pop().trim() === {!r})"
)
WORDS = "document.body.innerText"
LOADED = "document.readyState === 'complete'"

CHOOSE = """(name, label) => {
  const select = document.getElementsByName(name)[0];
  const option = [...select.options].find((one) => one.text === label);
  select.value = option.value;
  for (const event of ["input", "change"]) {
    select.dispatchEvent(new Event(event, { bubbles: true }));
  }
}"""


def leads_on(page, do):
    """Do what another page comes of, and wait for it.

    This one is marked first, so that the next can be told from it; it may be on its way still.
    """
    page.wait_for(f"{LOADED} && (document.documentElement.dataset.left = 1)")
    do()
    page.wait_for(f"{LOADED} && !document.documentElement.dataset.left")


def follow(page, words):
    """Click the link that says so, and wait for the page that it leads to."""
    leads_on(page, lambda: page.click(LINK.format(words)))


def has_words(page, words):
    page.wait_for(f"{WORDS}.includes({words!r})")


def choose(page, name, label):
    """Choose what a drop-down offers; its list is the browser's own and out of a test's reach."""
    page.evaluate(CHOOSE, name, label)
