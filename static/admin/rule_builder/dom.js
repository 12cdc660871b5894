// Building elements, in as few words as possible.

// Properties that begin with "on" are listeners, the rest attributes; null, undefined and false
// leave an attribute out. Children may be nested lists, with holes.
export function el(name, properties = {}, ...children) {
  const element = document.createElement(name);
  const { value, ...rest } = properties;
  for (const [key, given] of Object.entries(rest)) {
    if (given === undefined || given === null || given === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), given);
    else element.setAttribute(key, given === true ? "" : given);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  // After the children: a select takes only a value that it has an option for.
  if (value !== undefined) element.value = value;
  return element;
}

export const icon = (name) => el("span", { class: "material-symbols-outlined", "aria-hidden": "true" }, name);

export function iconButton(name, label, { key, press, disabled }) {
  const button = el("button", { type: "button", class: "rule-icon", title: label, "aria-label": label, "data-key": key, onclick: press }, icon(name));
  // Not `disabled`: a button that has just been pressed would drop the focus out of the page.
  if (disabled) button.setAttribute("aria-disabled", "true");
  return button;
}

export function select(options, { value, label, key, change, ...more }) {
  const known = options.some(([name]) => name === value);
  const all = known || value === undefined ? options : [...options, [value, `${value} (unknown)`]];
  return el(
    "select",
    { "aria-label": label, "data-key": key, onchange: (event) => change(event.target.value), ...more, value },
    all.map(([name, text]) => el("option", { value: name }, text)),
  );
}

let last = 0;
export const newId = (prefix) => `${prefix}-${++last}`;
