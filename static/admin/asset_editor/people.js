// Choosing a contact: a button that opens a search whose answers come from the site.

import { el, icon, newId } from "../rule_builder/dom.js";
import { Options } from "./options.js";

const PAUSE = 200;

export class People {
  // `load(term)` resolves to contacts; `pick(contact)` is told the one that was chosen.
  constructor({ load, pick }) {
    Object.assign(this, { load, pick });
    this.name = el("span");
    this.button = el("button", { type: "button", class: "editor-pick", "aria-haspopup": "listbox", "aria-expanded": "false", onclick: () => (this.popover.hidden ? this.open() : this.close()) }, this.name, icon("expand_more"));
    const id = newId("editor-people");
    this.search = el("input", {
      type: "text", role: "combobox", "aria-label": "Find a contact", "aria-expanded": "true", "aria-controls": id, "aria-autocomplete": "list",
      autocomplete: "off", maxlength: 150, placeholder: "External id, number, or a value such as Berlin",
      oninput: () => this.ask(PAUSE), onkeydown: (event) => this.key(event),
    });
    this.options = new Options({ id, label: "Contacts", pick: (contact) => this.take(contact) });
    this.popover = el("div", { class: "editor-popover" }, this.search, this.options.element);
    this.popover.hidden = true;
    this.element = el("span", { class: "editor-people" }, this.button, this.popover);
    this.element.addEventListener("focusout", ({ relatedTarget }) => {
      if (relatedTarget && !this.element.contains(relatedTarget)) this.close(false);
    });
    document.addEventListener("pointerdown", ({ target }) => this.element.contains(target) || this.close(false), true);
  }

  say(name) {
    this.name.textContent = name;
    this.button.setAttribute("aria-label", `Preview as ${name}: choose another contact`);
  }

  open() {
    this.popover.hidden = false;
    this.button.setAttribute("aria-expanded", "true");
    this.search.value = "";
    this.search.focus();
    this.ask(0);
  }

  close(isBack = true) {
    if (this.popover.hidden) return;
    this.popover.hidden = true;
    this.button.setAttribute("aria-expanded", "false");
    if (isBack) this.button.focus();
  }

  take(contact) {
    this.close();
    this.pick(contact);
  }

  ask(pause) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.find(this.search.value.trim()), pause);
  }

  async find(term) {
    const asked = (this.asked = Symbol(term));
    try {
      const found = await this.load(term);
      if (asked !== this.asked) return;
      const isNobody = term && found.length === 1;
      this.options.draw([{ label: term ? "Found" : "The newest", items: found.map((contact) => ({ ...contact, label: contact.name, hint: contact.about })) }], isNobody ? `Nobody is known as “${term}”; of values, the newest 2,000 contacts are looked at.` : "");
    } catch (error) {
      if (asked === this.asked) this.options.draw([], error.message);
    }
    this.options.name(this.search);
  }

  key(event) {
    if (event.key === "Escape") {
      event.stopPropagation();
      this.close();
    } else if (this.options.key(event)) {
      event.preventDefault();
      this.options.name(this.search);
    }
  }
}
