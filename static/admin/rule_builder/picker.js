// A button that opens a searchable, grouped list: the combobox of ARIA's authoring practices.

import { el, icon, newId } from "./dom.js";

const MOST_SHOWN = 150;

let closeOpen = null;

// `groups` returns [{label, items: [{label, hint, help}]}] at each opening.
export function picker({ text, label, key, groups, pick, look = "rule-pick-button", sign = "expand_more", placeholder = "Search" }) {
  const button = el(
    "button",
    { type: "button", class: look, "data-key": key, "aria-haspopup": "listbox", "aria-expanded": "false", "aria-label": label },
    sign === "add" ? [icon("add"), el("span", {}, text)] : [el("span", {}, text), icon(sign)],
  );
  const box = el("span", { class: "rule-pick" }, button);
  button.addEventListener("click", () => (button.getAttribute("aria-expanded") === "true" ? closeOpen?.() : open()));
  button.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" && event.altKey === false) {
      event.preventDefault();
      open();
    }
  });

  function open() {
    closeOpen?.();
    const list = new List(groups(), placeholder, label ?? text, (item) => {
      close(true);
      pick(item);
    });
    const close = (isBack) => {
      list.element.remove();
      button.setAttribute("aria-expanded", "false");
      document.removeEventListener("pointerdown", outside, true);
      closeOpen = null;
      if (isBack) button.focus();
    };
    const outside = (event) => box.contains(event.target) || close(false);
    list.element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      close(true);
    });
    list.element.addEventListener("focusout", (event) => {
      if (event.relatedTarget && !box.contains(event.relatedTarget)) close(false);
    });
    document.addEventListener("pointerdown", outside, true);
    closeOpen = () => close(true);
    button.setAttribute("aria-expanded", "true");
    box.append(list.element);
    list.place();
  }

  return box;
}

class List {
  constructor(groups, placeholder, label, pick) {
    this.groups = groups;
    this.pick = pick;
    const id = newId("rule-list");
    this.search = el("input", {
      type: "text", role: "combobox", "aria-label": `${label}: search`, "aria-expanded": "true",
      "aria-controls": id, "aria-autocomplete": "list", autocomplete: "off", placeholder,
      // What is typed here changes nothing in the form.
      "data-quiet": true, onquiet: () => this.draw(), onkeydown: (event) => this.move(event),
    });
    this.options = el("div", { class: "rule-options", role: "listbox", id, "aria-label": label });
    this.element = el("div", { class: "rule-popover" }, this.search, this.options);
    this.draw();
  }

  place() {
    const { left, right } = this.element.getBoundingClientRect();
    const over = Math.max(0, right - document.documentElement.clientWidth + 12);
    this.element.style.translate = `${-Math.min(over, Math.max(0, left - 12))}px`;
    this.search.focus();
    this.element.scrollIntoView({ block: "nearest" });
  }

  draw() {
    const words = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    this.shown = [];
    let left = 0;
    const drawn = this.groups.map((group) => {
      const found = group.items.filter((item) => words.every((word) => `${item.label} ${item.hint ?? ""} ${group.label}`.toLowerCase().includes(word)));
      const room = found.slice(0, Math.max(0, MOST_SHOWN - this.shown.length));
      left += found.length - room.length;
      return room.length && this.group(group.label, room);
    });
    const note = left ? `${left} more: type to find them.` : this.shown.length ? "" : "Nothing is called so.";
    this.options.replaceChildren(...drawn.filter(Boolean), note ? el("p", { class: "rule-nothing" }, note) : "");
    this.activate(0);
  }

  group(label, items) {
    const id = newId("rule-group");
    return el(
      "div",
      { role: "group", "aria-labelledby": id },
      el("div", { class: "rule-options-title", id }, label),
      items.map((item) => {
        const option = el(
          "div",
          { role: "option", id: newId("rule-option"), title: item.help || null, onclick: () => this.pick(item) },
          el("span", {}, item.label),
          item.hint && el("small", {}, item.hint),
        );
        this.shown.push({ item, option });
        return option;
      }),
    );
  }

  activate(number) {
    this.active = number;
    this.shown.forEach(({ option }, place) => option.setAttribute("aria-selected", String(place === number)));
    const option = this.shown[number]?.option;
    option ? this.search.setAttribute("aria-activedescendant", option.id) : this.search.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  }

  move(event) {
    const last = this.shown.length - 1;
    const to = {
      ArrowDown: Math.min(this.active + 1, last), ArrowUp: Math.max(this.active - 1, 0),
      PageDown: Math.min(this.active + 8, last), PageUp: Math.max(this.active - 8, 0),
    }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      this.activate(to);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (this.shown[this.active]) this.pick(this.shown[this.active].item);
    }
  }
}
