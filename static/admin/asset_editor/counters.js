// How long the texts are, beside their labels, against what browsers show.

import { el } from "../rule_builder/dom.js";

const COUNTED = { title: "title_chars", message: "body_chars" };
const TAG = /\{[{%]/;

export class Counters {
  constructor(form) {
    this.form = form;
    this.lengths = {};
    this.counters = Object.entries(COUNTED).flatMap(([name, bound]) => {
      const input = form.field(name);
      return input?.matches?.("input, textarea") ? [this.counter(name, input, bound)] : [];
    });
    form.form.addEventListener("input", () => this.draw());
    this.draw();
  }

  counter(name, input, bound) {
    const numbers = this.form.settings.clients.map((client) => client[bound]).filter(Boolean);
    const most = Math.min(...numbers);
    const text = document.createTextNode("");
    const element = el("small", { class: "editor-counter", id: `${input.id}-count`, "data-counter": name }, text);
    labelOf(input)?.append(element);
    return { name, input, most, text, element };
  }

  show({ lengths }) {
    this.lengths = { ...lengths };
    this.draw();
  }

  miss() {
    this.show({ lengths: {} });
  }

  // With tags in it, it is as long as it becomes for the contact of the preview, by the last answer;
  // where that is not known, as it is written.
  draw() {
    for (const { name, input, most, text, element } of this.counters) {
      const written = input.value;
      const isTagged = TAG.test(written);
      // What it was without tags says nothing about it with one.
      if (!isTagged) delete this.lengths[name];
      const filled = this.lengths[name];
      const length = filled ?? [...written.trim()].length;
      const isKnown = !isTagged || filled !== undefined;
      const words = length > most
        ? `${length} ${isKnown ? "characters" : "as written"}; some browsers show ${most}`
        : `${length} of ${most} characters${isKnown ? "" : " as written"}`;
      if (text.data !== words) text.data = words;
      const level = length > most ? "over" : "";
      if ((element.dataset.level ?? "") !== level) element.dataset.level = level;
    }
  }
}

// The line of a field's label; rows of tables have none.
export function labelOf(input) {
  return document.querySelector(`label[for="${CSS.escape(input.id)}"]`)?.parentElement;
}
