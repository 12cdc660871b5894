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

CHOOSE = """(name, label) => {
  const select = document.getElementsByName(name)[0];
  const option = [...select.options].find((one) => one.text === label);
  select.value = option.value;
  for (const event of ["input", "change"]) {
    select.dispatchEvent(new Event(event, { bubbles: true }));
  }
}"""


def follow(page, words):
    """Click the link that says so, and wait for the page that it leads to."""
    page.evaluate("document.documentElement.dataset.left = 1")
    page.click(LINK.format(words))
    page.wait_for("!document.documentElement.dataset.left && document.readyState === 'complete'")


def has_words(page, words):
    page.wait_for(f"{WORDS}.includes({words!r})")


def choose(page, name, label):
    """Choose what a drop-down offers; its list is the browser's own and out of a test's reach."""
    page.evaluate(CHOOSE, name, label)
