"""Moving about in the back office, in words."""

# Before the words of a link stands the name of its icon, on a line of its own.
LINK = (
    "[...document.querySelectorAll('a, button')].find(element => element.offsetParent && "
    "element.innerText.trim().split('\\n').pop().trim() === {!r})"
)
DIALOG = (
    "[...document.querySelectorAll('form button')].filter(b => b.innerText.trim() === {!r}).at(-1)"
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


def mark(page):
    """Mark the page, so that the next one can be told from it; another may be on its way still."""
    page.wait_for(f"{LOADED} && (document.documentElement.dataset.left = 1)")


def follow(page, words):
    """Click the link that says so, and wait for the page that it leads to."""
    # Another page may be on its way, of a form that was sent.
    page.wait_for(
        "document.readyState === 'complete' && (document.documentElement.dataset.left = 1)"
    )
    page.click(LINK.format(words))
    page.wait_for(f"{LOADED} && !document.documentElement.dataset.left")


def has_words(page, words):
    page.wait_for(f"{WORDS}.includes({words!r})")


def choose(page, name, label):
    """Choose what a drop-down offers; its list is the browser's own and out of a test's reach."""
    page.evaluate(CHOOSE, name, label)
