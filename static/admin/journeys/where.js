// Conditions on the properties of an event, with the parts of the rule builder.

import { el } from "../rule_builder/dom.js";
import { whereParts } from "../rule_builder/conditions.js";
import { Editor } from "../rule_builder/editor.js";

export function startWhere(place) {
  for (const element of place.querySelectorAll("[data-where]:not(.ready)")) {
    if (!element.closest("template")) new Where(element).start();
  }
}

class Where extends Editor {
  // The rule builder of one condition: an event that happened, of which only `where` is written.
  setUp() {
    const { site, catalogue, values } = this.element.dataset;
    this.settings = { catalogue, values, problems: [] };
    this.site = Number(site) || null;
    this.numbers = { ask() {}, stop() {}, element: el("span") };
  }

  start() {
    this.event = this.form.elements[this.element.dataset.event];
    for (const type of ["input", "change"]) this.event.addEventListener(type, () => this.read());
    this.open(this.site);
  }

  read() {
    if (!this.catalogue) return;
    let where = [];
    try {
      where = JSON.parse(this.textarea.value.trim() || "[]");
    } catch {
      return this.giveUp("The text below is not readable. Correct it there, or empty it to begin anew.");
    }
    this.node = { event: this.event.value.trim(), measure: "count", op: "gte", value: 1, ...(where?.length && { where }) };
    this.root = { all: [this.node] };
    this.redraw();
  }

  changed() {
    this.textarea.value = JSON.stringify(this.node.where ?? []);
    this.textarea.dispatchEvent(new Event("input", { bubbles: true }));
  }

  redraw(focus = []) {
    const parts = this.node.event ? whereParts(this, this.node) : null;
    const known = this.catalogue.propertiesOf(this.node.event).length;
    const note = !this.node.event ? "Any: name the event first." : known || parts ? "" : "Any. No properties of this event are known yet.";
    this.tree.replaceChildren(...[parts, note && el("p", { class: "flow-help" }, note)].filter(Boolean));
    for (const key of [focus].flat()) {
      const found = this.tree.querySelector(`[data-key="${CSS.escape(key)}"]`);
      if (found) return found.focus();
    }
    return undefined;
  }
}

