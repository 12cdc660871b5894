// Tags as text: what is being written at the caret, and what is put there.

const OPEN = /\{\{-?([^{}]*)$/;
const NAME = /^\s*([\p{L}\p{N}_.["' -]*)$/u;
const FILTER = /^\s*(\w*)$/;

// What the caret asks for; nothing where it is not inside a tag that is still to be written.
export function question(input) {
  const caret = input.selectionEnd;
  if (caret === null || input.selectionStart !== caret) return null;
  const before = input.value.slice(0, caret);
  const open = OPEN.exec(before);
  if (!open) return null;
  const bar = open[1].lastIndexOf("|");
  if (bar >= 0) {
    const found = FILTER.exec(open[1].slice(bar + 1));
    return found && { isFilter: true, word: found[1], start: open.index + open[0].length - (open[1].length - bar - 1), caret };
  }
  const found = NAME.exec(open[1]);
  return found && { isFilter: false, word: found[1].trim(), start: open.index, caret };
}

// Puts what was chosen in the place of the question, and the caret where one goes on.
export function finish(input, asked, item, withFallback) {
  if (asked.isFilter) return filter(input, asked, item);
  const rest = /^[\p{L}\p{N}_.-]*\s*(\}\}|\}|(?=\|))?/u.exec(input.value.slice(asked.caret))[0];
  // A bar behind the name: its filters stay.
  const isFollowed = input.value[asked.caret + rest.length] === "|" && !rest.includes("}");
  if (isFollowed) return change(input, asked.start, asked.caret + rest.length, `{{ ${item.path} `);
  const end = asked.caret + (rest.includes("}") ? rest.length : 0);
  if (item.path.endsWith(".")) {
    const text = `{{ ${item.path}`;
    change(input, asked.start, end, `${text} }}`);
    return select(input, asked.start + text.length);
  }
  if (!withFallback) return change(input, asked.start, end, `{{ ${item.path} }}`);
  const text = `{{ ${item.path} | default: '`;
  change(input, asked.start, end, `${text}friend' }}`);
  return select(input, asked.start + text.length, "friend".length);
}

function filter(input, asked, item) {
  const after = input.value.slice(asked.caret);
  const close = /^\s*(\}\}|\|)/.test(after) ? "" : " }}";
  const text = ` ${item.text}`;
  change(input, asked.start, asked.caret, text + close);
  if (item.select) return select(input, asked.start + text.lastIndexOf(item.select), item.select.length);
  return select(input, asked.start + text.length + close.length);
}

// As typed, so that the browser's own undo takes it back and the form hears of it.
export function change(input, start, end, text) {
  input.focus();
  input.setSelectionRange(start, end);
  const isDone = text ? document.execCommand("insertText", false, text) : document.execCommand("delete");
  if (isDone) return;
  input.setRangeText(text, start, end, "end");
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

const select = (input, start, length = 0) => input.setSelectionRange(start, start + length);
