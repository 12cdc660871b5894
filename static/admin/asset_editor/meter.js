// How many bytes it takes of those that there are.

import { el } from "../rule_builder/dom.js";

const MARKS = [2000, 2600];

export class Meter {
  constructor(form) {
    this.limit = form.settings.limit;
    this.element = form.element.querySelector("[data-meter]");
    this.fill = el("i");
    this.bar = el("div", { class: "editor-bar", role: "meter", "aria-label": "Size of the message in bytes", "aria-valuemin": 0, "aria-valuemax": this.limit }, this.fill);
    for (const mark of MARKS) {
      const line = el("b");
      line.style.left = `${(mark / this.limit) * 100}%`;
      this.bar.append(line);
    }
    this.words = el("p");
    this.element.append(this.bar, this.words);
  }

  show({ meter }) {
    this.element.hidden = false;
    this.element.dataset.level = meter.level;
    this.bar.setAttribute("aria-valuenow", Math.min(meter.bytes, this.limit));
    this.bar.setAttribute("aria-valuetext", meter.words);
    this.fill.style.width = `${Math.min(100, (meter.bytes / this.limit) * 100)}%`;
    this.words.textContent = meter.words;
  }
}
