// A grouped list of which one is active, moved by the keys of whatever input it belongs to: the
// listbox of ARIA's combobox.

import { el, newId } from "../rule_builder/dom.js";

const MOST_SHOWN = 100;

export class Options {
  constructor({ id, label, pick }) {
    this.pick = pick;
    this.shown = [];
    this.active = 0;
    this.element = el("div", { class: "editor-options", role: "listbox", id, "aria-label": label });
    // The input keeps the focus.
    this.element.addEventListener("pointerdown", (event) => event.preventDefault());
  }

  // `groups` are [{label, items: [{label, hint, more}]}].
  draw(groups, note = "") {
    this.shown = [];
    const drawn = groups.map(({ label, items }) => {
      const room = items.slice(0, Math.max(0, MOST_SHOWN - this.shown.length));
      return room.length ? this.group(label, room) : null;
    });
    this.element.replaceChildren(...drawn.filter(Boolean), ...(note ? [el("p", { class: "editor-note" }, note)] : []));
    this.activate(0);
  }

  group(label, items) {
    const id = newId("editor-group");
    return el("div", { role: "group", "aria-labelledby": id }, el("div", { class: "editor-options-title", id }, label), items.map((item) => this.option(item)));
  }

  option(item) {
    const element = el(
      "div",
      { role: "option", id: newId("editor-option"), onclick: (event) => this.pick(item, event) },
      el("span", {}, item.label),
      item.hint && el("small", {}, item.hint),
      item.example && el("em", {}, item.example),
    );
    this.shown.push({ item, element });
    return element;
  }

  activate(place) {
    this.active = place;
    this.shown.forEach(({ element }, number) => element.setAttribute("aria-selected", String(number === place)));
    this.shown[place]?.element.scrollIntoView({ block: "nearest" });
  }

  get current() {
    return this.shown[this.active];
  }

  name(input) {
    this.current ? input.setAttribute("aria-activedescendant", this.current.element.id) : input.removeAttribute("aria-activedescendant");
  }

  // Whether the key was one of the list's.
  key(event) {
    const last = this.shown.length - 1;
    const to = {
      ArrowDown: Math.min(this.active + 1, last), ArrowUp: Math.max(this.active - 1, 0),
      PageDown: Math.min(this.active + 8, last), PageUp: Math.max(this.active - 8, 0),
    }[event.key];
    if (to !== undefined && last >= 0) {
      this.activate(to);
      return true;
    }
    if (event.key !== "Enter" || !this.current) return false;
    this.pick(this.current.item, event);
    return true;
  }
}
