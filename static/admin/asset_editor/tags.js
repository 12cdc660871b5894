// Offers the site's tags where “{{” is written, and on a button beside each field.

import { el, newId } from "../rule_builder/dom.js";
import { labelOf } from "./counters.js";
import { Options } from "./options.js";
import { change, finish, question } from "./writing.js";

const ROWS = /-(label|url|icon)$/;
const NOTHING = "Nothing is called so. Names come from what the site sends; label tags are made under Settings.";

export class Tags {
  constructor(form, offers) {
    Object.assign(this, { form, offers, visited: new WeakSet() });
    this.options = new Options({ id: newId("editor-tags"), label: "Tags", pick: (item, event) => this.pick(item, event.shiftKey) });
    this.hint = el("p", { class: "editor-keys", "aria-hidden": "true" }, el("kbd", {}, "Enter"), " inserts, ", el("kbd", {}, "Shift Enter"), " with a fallback, ", el("kbd", {}, "Esc"), " closes");
    this.list = el("div", { class: "editor-tags" }, this.options.element, this.hint);
    this.list.hidden = true;
    document.body.append(this.list);
    this.listen(form.form);
    this.addButtons();
    document.addEventListener("formset:added", () => this.addButtons());
    document.addEventListener("formset:removed", () => this.addButtons());
  }

  listen(form) {
    form.addEventListener("input", (event) => this.isTagged(event.target) && !event.isComposing && this.follow(event.target));
    form.addEventListener("click", ({ target }) => this.isTagged(target) && this.follow(target));
    // Before the form hears of it.
    form.addEventListener("keydown", (event) => this.key(event), true);
    form.addEventListener("focusin", ({ target }) => this.visited.add(target));
    form.addEventListener("focusout", () => this.close());
    for (const kind of ["scroll", "resize"]) window.addEventListener(kind, () => this.place(), true);
  }

  isTagged(input) {
    if (!input.matches?.("input, textarea") || input.readOnly) return false;
    return this.form.settings.tagged.includes(input.name) || (ROWS.test(input.name) && !input.name.includes("__prefix__"));
  }

  addButtons() {
    for (const input of this.form.form.elements) {
      if (!this.isTagged(input) || document.getElementById(`${input.id}-tags`)) continue;
      const isRow = ROWS.test(input.name);
      // Beside a picture's address stand tools of its own; “{{” does it there, too.
      if (isRow && input.closest(".image-address")) continue;
      const button = el("button", { type: "button", id: `${input.id}-tags`, class: isRow ? "tags-button small" : "tags-button", tabindex: -1, title: "Insert a tag (or write {{)", "aria-label": "Insert a tag", onpointerdown: (event) => event.preventDefault(), onclick: () => this.begin(input) }, isRow ? "{ }" : "Tags");
      isRow ? input.after(button) : labelOf(input)?.append(button);
      if (isRow) input.parentElement.classList.add("tagged-cell");
    }
  }

  // As if she had written “{{” herself: where she was last, else at the end.
  begin(input) {
    const isNew = !this.visited.has(input);
    input.focus();
    if (isNew) input.setSelectionRange(input.value.length, input.value.length);
    const at = input.selectionEnd;
    if (!question(input)) change(input, at, at, "{{ ");
    this.begun = { input, at };
    this.follow(input);
  }

  async follow(input) {
    const offers = await this.offers.load();
    const asked = question(input);
    if (!asked || document.activeElement !== input) return this.close();
    this.asked = asked;
    const groups = asked.isFilter ? this.filters(offers, asked) : this.names(offers, asked);
    const isAny = groups.some((group) => group.items.length);
    // A fallback may be any words, so nothing is wrong with what is no filter.
    if (!isAny && (asked.isFilter || !asked.word)) return this.close();
    this.options.draw(groups, isAny ? "" : this.form.site ? NOTHING : "Choose the site first: it decides which tags there are.");
    this.hint.hidden = asked.isFilter || !isAny;
    this.open(input);
  }

  names({ groups }, { word }) {
    const sought = word.toLowerCase();
    return groups.map(({ label, items }) => ({
      label,
      items: items.filter(({ path }) => path.toLowerCase().includes(sought)).map((item) => ({ ...item, label: item.path, hint: item.type })),
    }));
  }

  filters({ filters }, { word }) {
    const sought = word.toLowerCase();
    const items = filters.filter(({ text }) => text.startsWith(sought)).map((item) => ({ ...item, label: item.text, hint: item.help }));
    return [{ label: "Filters", items }];
  }

  pick(item, withFallback) {
    const { input, asked } = this;
    this.begun = null;
    this.close();
    finish(input, asked, item, withFallback);
  }

  key(event) {
    const { target: input } = event;
    if (event.ctrlKey && event.key === " " && this.isTagged(input)) {
      event.preventDefault();
      return this.begin(input);
    }
    if (this.list.hidden || input !== this.input || event.isComposing) return undefined;
    if (event.key === "Escape") return this.escape(event);
    if (event.ctrlKey || event.metaKey || event.altKey) return undefined;
    const isTab = event.key === "Tab" && !event.shiftKey && this.options.current;
    if (isTab) this.pick(this.options.current.item, false);
    else if (!this.options.key(event)) return undefined;
    event.preventDefault();
    event.stopPropagation();
    return this.options.name(input);
  }

  // What the button began is taken back; what she wrote stays.
  escape(event) {
    event.preventDefault();
    event.stopPropagation();
    const { begun } = this;
    this.close();
    if (begun && begun.input.value.slice(begun.at, begun.input.selectionEnd) === "{{ ") change(begun.input, begun.at, begun.at + 3, "");
  }

  open(input) {
    this.input = input;
    this.list.hidden = false;
    if (input.getAttribute("role") !== "combobox") {
      input.setAttribute("role", "combobox");
      input.setAttribute("aria-autocomplete", "list");
      input.setAttribute("aria-controls", this.options.element.id);
      input.setAttribute("aria-expanded", "true");
    }
    this.options.name(input);
    this.place();
  }

  close() {
    if (this.list.hidden) return;
    this.list.hidden = true;
    this.begun = null;
    for (const name of ["role", "aria-autocomplete", "aria-controls", "aria-expanded", "aria-activedescendant"]) this.input.removeAttribute(name);
    this.input.dispatchEvent(new CustomEvent("tags:closed", { bubbles: true }));
  }

  place() {
    if (this.list.hidden) return;
    const field = this.input.getBoundingClientRect();
    const width = Math.min(Math.max(field.width, 340), window.innerWidth - 24);
    const room = window.innerHeight - field.bottom;
    const isAbove = room < 240 && field.top > room;
    Object.assign(this.list.style, {
      width: `${width}px`,
      left: `${Math.max(12, Math.min(field.left, window.innerWidth - width - 12))}px`,
      top: isAbove ? "auto" : `${field.bottom + 4}px`,
      bottom: isAbove ? `${window.innerHeight - field.top + 4}px` : "auto",
    });
    this.options.element.style.maxHeight = `${Math.min(320, (isAbove ? field.top : room) - 64)}px`;
  }
}
