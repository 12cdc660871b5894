// What is wrong with a field, beside it, while it is written.

import { el } from "../rule_builder/dom.js";
import { labelOf } from "./counters.js";

// A field of several parts in a line: an error stands below all of them.
const WHOLE = ".color-input, .image-address, .span-widget";

export class Errors {
  constructor(form) {
    this.form = form;
    this.found = {};
    this.places = new Map();
    this.touched = new Set();
    form.form.addEventListener("input", ({ target }) => this.touch(target));
    form.form.addEventListener("tags:closed", () => this.draw());
    form.form.addEventListener("focusout", () => setTimeout(() => this.draw()));
  }

  get number() {
    return this.drawn ?? 0;
  }

  show(errors) {
    this.found = errors;
    this.draw();
  }

  // What was wrong when it was saved is old as soon as the field changes.
  touch(input) {
    if (!input.name) return;
    this.touched.add(input.name.replace(/_\d$/, ""));
    const said = saidBySaving(input);
    if (said && !said.hidden) said.hidden = true;
  }

  draw() {
    const wanted = new Map();
    for (const [name, messages] of Object.entries(this.found)) {
      const input = this.form.field(name === "__all__" ? "name" : name);
      if (input && this.isDue(name, input)) wanted.set(input, [...(wanted.get(input) ?? []), ...messages]);
    }
    this.drawn = wanted.size;
    for (const [input, place] of this.places) {
      if (!wanted.has(input) || !input.isConnected) this.clear(input, place);
    }
    for (const [input, messages] of wanted) this.place(input, messages.join(" "));
  }

  // Nobody is told that a field is empty before having been there, nor that a tag is wrong while
  // it is being chosen.
  isDue(name, input) {
    if (input.getAttribute("role") === "combobox") return false;
    if (input.value.trim() !== "") return true;
    return this.touched.has(name) && document.activeElement !== input;
  }

  place(input, text) {
    const known = this.places.get(input);
    if (known?.isConnected) {
      // Only the text: every other change of the form is looked at by the theme.
      if (known.firstChild.data !== text) known.firstChild.data = text;
      return;
    }
    const id = `${input.id}-live-error`;
    const place = el("p", { class: "live-error", id }, text);
    const said = saidBySaving(input);
    // Once is enough.
    if (said?.textContent.includes(text)) said.hidden = true;
    endOf(input).after(place);
    input.setAttribute("aria-invalid", "true");
    input.dataset.describedBefore = input.getAttribute("aria-describedby") ?? "";
    input.setAttribute("aria-describedby", `${input.dataset.describedBefore} ${id}`.trim());
    this.places.set(input, place);
  }

  clear(input, place) {
    place.remove();
    input.removeAttribute("aria-invalid");
    const before = input.dataset.describedBefore;
    before ? input.setAttribute("aria-describedby", before) : input.removeAttribute("aria-describedby");
    this.places.delete(input);
  }
}

// A switch has its words beside it, which it must leave their room.
const endOf = (input) => input.closest(WHOLE) ?? (input.type === "checkbox" ? labelOf(input)?.lastElementChild : null) ?? input;

// Of a field of several inputs by the name that they share.
const saidBySaving = (input) => document.getElementById(`${input.id.replace(/_\d$/, "")}_error`) ?? (input.closest(WHOLE) ?? input).parentElement?.querySelector(":scope > div.text-red-600");
