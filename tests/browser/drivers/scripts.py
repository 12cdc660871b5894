"""JavaScript that both drivers run in pages, so that both mean the same by it."""

import json

# What the page returns travels as JSON text: so both browsers agree on what a value looks like.
_EVALUATE = """async () => {
  const value = await (async (...args) => {
    const it = (%s);
    return typeof it === 'function' ? it(...args) : it;
  })(...%s);
  let text;
  try { text = JSON.stringify(value); } catch { text = undefined; }
  return [Boolean(value), text ?? 'null'];
}"""

# Every open shadow root below a root, and then the first match in document order.
_FIND = """(selector) => {
  const search = (root) => {
    const found = root.querySelector(selector);
    if (found) return found;
    for (const host of root.querySelectorAll('*')) {
      const inner = host.shadowRoot && search(host.shadowRoot);
      if (inner) return inner;
    }
    return null;
  };
  try { return search(document); } catch { return null; }
}"""

# Keeps a press that was meant for an element from whatever the page has put in its place.
_GUARD = """(element) => {
  const key = Symbol.for('aimed'), kinds = ['pointerdown', 'mousedown', 'pointerup', 'mouseup'];
  window[key]?.stop();
  const look = (event) => {
    if (!event.isTrusted) return;
    if (event.type === 'pointerdown') aimed.missed = !event.composedPath().includes(element);
    if (!aimed.missed) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  const aimed = window[key] = {missed: false, stop: () => {
    for (const kind of [...kinds, 'click']) removeEventListener(kind, look, true);
  }};
  for (const kind of [...kinds, 'click']) addEventListener(kind, look, true);
}"""

# Whether the last press missed what it was meant for; then no element has heard of it.
HAS_MISSED = """() => {
  const aimed = window[Symbol.for('aimed')];
  aimed?.stop();
  return Boolean(aimed?.missed);
}"""

# The centre of an element that a person could hit there now, else why not.
_AIM = """(element) => {
  if (!(element instanceof Element)) return {problem: 'not found'};
  element.scrollIntoView({block: 'center', inline: 'center', behavior: 'instant'});
  const box = element.getBoundingClientRect();
  if (!box.width || !box.height) return {problem: 'has no size'};
  if (element.disabled) return {problem: 'is disabled'};
  const x = box.left + box.width / 2, y = box.top + box.height / 2;
  let hit = document.elementFromPoint(x, y);
  while (hit?.shadowRoot) {
    const inner = hit.shadowRoot.elementFromPoint(x, y);
    if (!inner || inner === hit) break;
    hit = inner;
  }
  for (let node = hit; node; node = node.assignedSlot ?? node.parentNode ?? node.host) {
    if (node !== element) continue;
    (GUARD)(element);
    return {x, y, width: box.width, height: box.height};
  }
  return {problem: 'is covered by ' + (hit ? hit.outerHTML.slice(0, 120) : 'nothing')};
}""".replace("GUARD", _GUARD)


class ScriptError(Exception):
    """The script threw, or did not parse; the text is the browser's."""


def evaluation(script: str, arguments: tuple[object, ...]) -> str:
    """A function that evaluates an expression, or calls it with the arguments if it is one.

    It resolves to [whether the value is truthy, the value as JSON text].
    """
    return _EVALUATE % (script.strip().rstrip(";"), json.dumps(arguments))


def aim_by_selector(selector: str) -> str:
    """An expression for the place of the first match of a CSS selector, through shadow roots."""
    return f"() => ({_AIM})(({_FIND})({json.dumps(selector)}))"


def aim_by_expression(expression: str) -> str:
    """An expression for the place of the element that a JavaScript expression returns."""
    return f"async () => ({_AIM})(await ({expression}))"
