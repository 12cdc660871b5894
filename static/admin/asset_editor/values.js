// Values of a made-up contact, for tags and rules, and of an event and a journey that nobody has had:
// what is made up, until something else is typed.

import { el, iconButton, newId } from "../rule_builder/dom.js";

const WORDS = { state: "State", event: "Event", journey: "Journey" };

export class Values {
  constructor(changed) {
    this.changed = changed;
    this.rows = [];
    this.roots = [];
    this.list = el("div", { class: "editor-rows" });
    this.adders = el("div", { class: "editor-adders" });
    this.element = el("div", {}, this.list, this.adders);
  }

  get isEmpty() {
    return this.shown.length === 0;
  }

  get shown() {
    return this.rows.filter(({ root }) => this.roots.includes(root));
  }

  open(roots) {
    this.roots = roots;
    this.adders.replaceChildren(...roots.map((root) => el("button", { type: "button", class: "text-link", onclick: () => this.add(root, "", true).name.focus() }, `Add to ${root}`)));
    this.draw();
  }

  // A row for each value that is made up, by root and name; what somebody wrote stays.
  follow(madeUp) {
    const before = this.rows.length;
    this.rows = this.rows.filter(({ root, name, isOwn }) => isOwn || Object.hasOwn(madeUp[root] ?? {}, name.value));
    let isOther = this.rows.length < before;
    for (const [root, values] of Object.entries(madeUp)) {
      for (const [name, value] of Object.entries(values)) {
        let row = this.rows.find((each) => each.root === root && each.name.value === name);
        if (!row) {
          row = this.add(root, name, false);
          isOther = true;
        }
        if (!row.isOwn && row.value.value !== value) row.value.value = value;
      }
    }
    if (isOther) this.draw();
  }

  add(root, name, isOwn) {
    const id = newId("editor-value");
    // Of a row that nobody has written in, nothing is lost when it goes.
    const row = { root, isOwn };
    const write = () => {
      row.isOwn = true;
      this.changed();
    };
    row.name = el("input", { id: `${id}-name`, "aria-label": `${WORDS[root]}: name`, placeholder: "name", autocomplete: "off", maxlength: 100, oninput: write, value: name });
    row.value = el("input", { id, "aria-label": `${WORDS[root]}: value`, placeholder: isOwn ? "value" : "not set", autocomplete: "off", maxlength: 1000, oninput: write });
    row.element = el("div", { class: "editor-row" }, el("span", {}, `${root}.`), row.name, row.value, iconButton("close", "Remove this value", { press: () => this.remove(row) }));
    this.rows.push(row);
    if (isOwn) this.draw();
    return row;
  }

  remove(row) {
    this.rows.splice(this.rows.indexOf(row), 1);
    this.draw();
    this.adders.firstChild?.focus();
    this.changed();
  }

  draw() {
    const shown = this.shown.map(({ element }) => element);
    const note = this.isEmpty ? [el("p", { class: "editor-note" }, "Values that the tags in your texts and the rules name appear here.")] : [];
    this.list.replaceChildren(...shown, ...note);
  }

  given() {
    const found = { state: {}, event: {}, journey: {} };
    for (const { root, name, value, isOwn } of this.shown) if (isOwn && name.value.trim()) found[root][name.value.trim()] = value.value;
    return found;
  }
}
