// The side panel: opens the form of a card, and saves what is written as it is written.

import { Failed, focusOn, get, place, say, send, settled } from "./server.js";
import { centre } from "./looking.js";
import * as saving from "./saving.js";
import { startRows } from "./rows.js";
import { startWhere } from "./where.js";

const PAUSE = 500;

export class Panel {
  constructor(flow) {
    this.flow = flow;
    this.element = document.getElementById("flow-panel");
    this.element.addEventListener("input", (event) => event.target.closest("#flow-form") && this.later());
    this.element.addEventListener("change", (event) => this.changed(event));
    this.element.addEventListener("click", (event) => this.clicked(event));
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      this.save();
    });
    this.element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.defaultPrevented) return;
      event.preventDefault();
      this.close();
    });
    document.addEventListener("flow:placed", () => this.mark());
  }

  get form() {
    return this.element.querySelector("#flow-form");
  }

  get key() {
    return this.element.querySelector("[data-panel]")?.dataset.panel ?? "";
  }

  openCard(key) {
    return this.open(key === "entry" ? "flow/terms/entry/" : `flow/step/${key}/`);
  }

  // `where`: what stays in the panel keeps the focus.
  async open(address, { focus = "" } = {}) {
    if (!(await this.leave(() => this.open(address, { focus })))) return;
    try {
      const { text } = await get(this.flow.base + address);
      this.element.innerHTML = text;
    } catch (error) {
      say(error.message.replace("Not saved: ", ""), true);
      return;
    }
    this.address = address;
    const isOpening = this.element.hidden;
    this.element.hidden = false;
    this.flow.element.classList.add("with-panel");
    window.htmx.process(this.element);
    startRows(this.element);
    startWhere(this.element);
    this.element.querySelector("[data-panel]").dispatchEvent(new CustomEvent("formset:added", { bubbles: true }));
    this.depend();
    this.mark();
    this.flow.ghost(this.form);
    if (!focus || !focusOn(focus)) this.first().focus();
    // Where the panel has come there may have been the card.
    if (isOpening && this.form?.dataset.new === undefined) centre(this.flow.card(this.key));
    if (this.form?.dataset.new !== undefined) this.save({ isQuiet: true });
  }

  first() {
    if (matchMedia("(pointer: coarse)").matches) return this.element.querySelector("h2");
    const inputs = [...this.element.querySelectorAll("fieldset :is(input:not([type=hidden]), select, textarea, button)")];
    return inputs.find((input) => input.offsetParent && !input.disabled) ?? this.element.querySelector("h2");
  }

  // Saves what is left to save; returns whether nothing is lost by going away, and asks where
  // something would be. `then` is what is done after all.
  async leave(then) {
    if (this.timer) await this.save();
    await settled();
    if (saving.isSaved() || !this.form) return true;
    this.then = then;
    const place = this.element.querySelector("#panel-conflict");
    const words = document.createElement("p");
    words.append("This is not saved yet. Correct what is wrong, or ");
    const give = Object.assign(document.createElement("button"), { type: "button", className: "text-link", textContent: "go on without it" });
    give.dataset.giveUp = "";
    words.append(give, ".");
    const box = Object.assign(document.createElement("div"), { className: "flow-conflict" });
    box.setAttribute("role", "alert");
    box.append(words);
    place.replaceChildren(box);
    box.scrollIntoView({ block: "nearest" });
    (this.form.querySelector("[aria-invalid=true]") ?? give).focus();
    return false;
  }

  giveUp() {
    saving.show("saved");
    this.then?.();
  }

  async close({ focus = true } = {}) {
    const { key } = this;
    if (!(await this.leave(() => this.close()))) return;
    const wasOver = getComputedStyle(this.element).position === "fixed";
    this.empty();
    this.flow.ghost(null);
    if (wasOver) centre(this.flow.card(key) ?? this.flow.card("entry"));
    if (focus) focusOn(`card:${key}`) || focusOn("card:entry");
  }

  empty() {
    this.element.hidden = true;
    this.element.replaceChildren();
    this.flow.element.classList.remove("with-panel");
    this.mark();
  }

  // What is gone cannot be written any more; "*" stands for everything.
  shut(key) {
    if (!this.key || (key !== "*" && key !== this.key)) return;
    clearTimeout(this.timer);
    this.timer = null;
    saving.show("saved");
    this.empty();
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), PAUSE);
    saving.show("saving");
  }

  async save({ isQuiet = false } = {}) {
    clearTimeout(this.timer);
    this.timer = null;
    const { form } = this;
    if (!form) return;
    saving.show("saving");
    try {
      const answer = await send(form.action, () => new FormData(form));
      if (!form.isConnected) return;
      this.answered(form, answer, isQuiet);
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      saving.show("failed", error.message, () => this.save());
    }
  }

  answered(form, answer, isQuiet) {
    const isFirst = form.dataset.new !== undefined;
    const result = place(isQuiet ? quietly(answer) : answer);
    if ("saved" in result) {
      delete form.dataset.new;
      form.querySelector("[name=anyway]")?.remove();
      this.flow.ghost(null);
      if (isFirst) this.address = `flow/step/${this.key}/`;
      if (isFirst) this.flow.reveal(this.key);
      this.flow.after();
    } else {
      this.flow.ghost(form);
    }
    for (const place of form.querySelectorAll("[data-for]")) invalid(place);
    if (this.timer) return;
    if ("saved" in result) saving.show("saved");
    else if (isQuiet) saving.show("saved");
    else saving.show("unsaved");
  }

  changed(event) {
    const { target } = event;
    if (target.dataset.lead !== undefined) {
      this.flow.edit("lead", { step: target.dataset.step, outcome: target.dataset.lead, target: target.value });
    } else if (target.closest("#flow-form")) {
      this.depend();
      if (target.matches("select, [type=checkbox], [type=radio]")) this.later();
    }
  }

  clicked(event) {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.close !== undefined) this.close();
    if (button.dataset.terms) this.open(`flow/terms/${button.dataset.terms}/`, { focus: `terms:${button.dataset.terms}` });
    if (button.dataset.giveUp !== undefined) this.giveUp();
    if (button.dataset.reload !== undefined) {
      saving.show("saved");
      this.open(this.address);
    }
    if (button.dataset.anyway !== undefined) {
      const anyway = document.createElement("input");
      Object.assign(anyway, { type: "hidden", name: "anyway", value: "1" });
      this.form.append(anyway);
      this.save();
    }
  }

  // Shows the fields that count for what is chosen.
  depend() {
    for (const field of this.element.querySelectorAll("[data-needs]")) {
      const other = this.form.elements[field.dataset.needs];
      const isThere = !other?.closest?.("[data-needs]")?.hidden;
      field.hidden = !isThere || !field.dataset.needed.split(" ").includes(other?.value);
    }
    for (const place of this.element.querySelectorAll("[data-opens]")) {
      const link = place.querySelector("[data-open-one]");
      const { value } = this.form.elements[place.dataset.opens];
      link.hidden = !value;
      link.pathname = link.pathname.replace(/(\d+\/change\/)?$/, value && `${value}/change/`);
    }
  }

  // The card whose form is open looks so, and what is wrong with it stands in the form as well.
  mark() {
    const told = this.element.querySelector("[data-problems]");
    const problems = this.flow.card(this.key)?.querySelector(".flow-problems");
    if (told) told.hidden = !problems;
    if (told && problems) told.innerHTML = problems.innerHTML;
    for (const card of document.querySelectorAll(".flow-card")) {
      const isOpen = card.dataset.card === this.key && !this.element.hidden;
      card.classList.toggle("open", isOpen);
      const button = card.querySelector(".flow-open");
      isOpen ? button.setAttribute("aria-current", "true") : button.removeAttribute("aria-current");
    }
  }
}

// A form that was just opened is not scolded for being empty.
function quietly({ text, ...rest }) {
  const box = document.createElement("template");
  box.innerHTML = text;
  for (const errors of box.content.querySelectorAll(".flow-errors")) errors.remove();
  return { text: box.innerHTML, ...rest };
}

function invalid(place) {
  const input = document.getElementById(place.dataset.for);
  if (!input) return;
  const isWrong = place.childElementCount > 0;
  isWrong ? input.setAttribute("aria-invalid", "true") : input.removeAttribute("aria-invalid");
  const described = (input.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && id !== place.id);
  if (isWrong) described.push(place.id);
  described.length ? input.setAttribute("aria-describedby", described.join(" ")) : input.removeAttribute("aria-describedby");
}
