// Several of a kind in a form: adding, removing and moving them, and shares in percent.

import { startWhere } from "./where.js";

export function startRows(place) {
  for (const rows of place.querySelectorAll("[data-rows]")) new Rows(rows);
}

class Rows {
  constructor(element) {
    this.element = element;
    this.list = element.querySelector("[data-list]");
    this.total = element.querySelector("[name$=-TOTAL_FORMS]");
    element.addEventListener("click", (event) => this.clicked(event));
    element.closest("form").addEventListener("input", () => this.percents());
    for (const row of this.list.children) this.name(row);
    this.number();
    this.percents();
  }

  // The outcome's name: made here, so that it is the same however often the form is saved.
  name(row) {
    const key = row.querySelector("[name$=-key]");
    if (key && !key.value) key.value = [...crypto.getRandomValues(new Uint8Array(4))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  get shown() {
    return [...this.list.children].filter((row) => !row.hidden);
  }

  clicked(event) {
    const button = event.target.closest("button");
    const row = button?.closest("[data-row]");
    if (button?.dataset.addRow !== undefined) return this.add();
    if (!row) return undefined;
    if (button.dataset.rowRemove !== undefined) return this.remove(row);
    if (button.dataset.rowUp !== undefined) return this.move(row, -1, button);
    if (button.dataset.rowDown !== undefined) return this.move(row, 1, button);
    return undefined;
  }

  add() {
    const number = Number(this.total.value);
    const box = document.createElement("template");
    box.innerHTML = this.element.querySelector("template").innerHTML.replaceAll("__prefix__", number);
    const row = box.content.firstElementChild;
    this.name(row);
    this.total.value = number + 1;
    this.list.append(row);
    startWhere(row);
    row.dispatchEvent(new CustomEvent("formset:added", { bubbles: true }));
    // It is saved once something stands in it.
    this.number();
    this.percents();
    row.querySelector(".flow-row-fields :is(input, select, textarea)")?.focus();
  }

  remove(row) {
    const { shown } = this;
    const next = shown[shown.indexOf(row) + 1] ?? shown[shown.indexOf(row) - 1];
    row.querySelector("[data-delete]").checked = true;
    row.hidden = true;
    this.tell();
    (next?.querySelector("[data-row-remove]") ?? this.element.querySelector("[data-add-row]")).focus();
  }

  move(row, way, button) {
    const { shown } = this;
    const other = shown[shown.indexOf(row) + way];
    if (!other) return;
    way < 0 ? other.before(row) : other.after(row);
    this.tell();
    button.focus();
  }

  number() {
    const below = this.element.querySelector("[data-with-row]");
    if (below) below.hidden = !this.shown.length;
    [...this.list.children].forEach((row, place) => (row.querySelector("[data-order]").value = place + 1));
  }

  tell() {
    this.number();
    this.percents();
    this.total.dispatchEvent(new Event("input", { bubbles: true }));
  }

  percents() {
    const inputs = [...this.element.closest("form").querySelectorAll("[data-weight]")].filter((input) => !input.closest("[data-row]")?.hidden && !input.closest("template"));
    const total = inputs.reduce((sum, input) => sum + (Number(input.value) || 0), 0);
    for (const input of inputs) {
      const output = input.closest("[data-row]")?.querySelector("[data-share]");
      const percent = total ? Math.round((Number(input.value) || 0) * 1000 / total) / 10 : 0;
      if (output) output.textContent = `${percent} %`;
    }
  }
}
