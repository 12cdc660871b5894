// How long the texts are, beside their labels, against what browsers show.

import { el } from "../rule_builder/dom.js";

const COUNTED = { title: "title_chars", message: "body_chars" };
const IN_NOTIFICATION = { title: "title", message: "body" };

export class Counters {
  constructor(form) {
    this.form = form;
    this.filled = {};
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

  show({ notification }) {
    this.filled = notification;
    this.draw();
  }

  // Line breaks are two characters in what a form has sent.
  plain(name) {
    return (this.filled[IN_NOTIFICATION[name]] ?? "").replace(/\r\n?/g, "\n");
  }

  // With tags in it, it is as long as it is for the contact of the preview.
  draw() {
    for (const { name, input, most, text, element } of this.counters) {
      const written = input.value;
      const counted = written.includes("{{") ? this.plain(name) : written.trim();
      const length = [...counted].length;
      const words = length > most ? `${length} characters; some browsers show ${most}` : `${length} of ${most} characters`;
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
