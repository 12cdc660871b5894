// Values for the tags of a made-up contact, and of an event and a journey that nobody has had.

import { el, iconButton, newId } from "../rule_builder/dom.js";

const WORDS = { state: "State", event: "Event", journey: "Journey" };

export class Values {
  constructor(offers, changed) {
    Object.assign(this, { offers, changed });
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

  open(roots, used) {
    this.roots = roots;
    this.adders.replaceChildren(...roots.map((root) => el("button", { type: "button", class: "text-link", onclick: () => this.add(root, "", true).name.focus() }, `Add to ${root}`)));
    this.follow(used);
    this.draw();
  }

  // A row for each value that the texts name; what was there stays.
  follow(used) {
    let isNew = this.forget(used);
    for (const root of this.roots) {
      for (const name of used[root]) {
        if (this.rows.some((row) => row.root === root && row.name.value === name)) continue;
        const row = this.add(root, name, false);
        isNew = true;
        this.offers.example(root, name).then((example) => {
          if (!example || row.value.value) return;
          row.value.value = row.example = example;
          this.changed();
        });
      }
    }
    if (isNew) this.draw();
  }

  // Takes out the rows of names that are in no text any more; says whether there were any.
  forget(used) {
    const before = this.rows.length;
    this.rows = this.rows.filter(({ root, name, value, isOwn, example }) => isOwn || used[root].has(name.value) || value.value !== example);
    return this.rows.length < before;
  }

  add(root, name, isDrawn) {
    const id = newId("editor-value");
    // Of a row that nobody has written in, nothing is lost when it goes.
    const row = { root, isOwn: isDrawn, example: "" };
    const changed = () => this.changed();
    row.name = el("input", { id: `${id}-name`, "aria-label": `${WORDS[root]}: name`, placeholder: "name", autocomplete: "off", maxlength: 100, oninput: changed, value: name });
    row.value = el("input", { id, "aria-label": `${WORDS[root]}: value`, placeholder: "value", autocomplete: "off", maxlength: 1000, oninput: changed });
    row.element = el("div", { class: "editor-row" }, el("span", {}, `${root}.`), row.name, row.value, iconButton("close", "Remove this value", { press: () => this.remove(row) }));
    this.rows.push(row);
    if (isDrawn) this.draw();
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
    const note = this.isEmpty ? [el("p", { class: "editor-note" }, "Values that the tags in your texts name appear here.")] : [];
    this.list.replaceChildren(...shown, ...note);
  }

  given() {
    const found = { state: {}, event: {}, journey: {} };
    for (const { root, name, value } of this.shown) if (name.value.trim()) found[root][name.value.trim()] = value.value;
    return found;
  }
}
