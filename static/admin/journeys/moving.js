// Moving a step without a mouse: choose it, go through the places with the arrows, put it down.

import { centre } from "./looking.js";
import { focusOn } from "./server.js";

export class Moving {
  constructor(flow) {
    this.flow = flow;
    this.line = document.getElementById("flow-moving");
    document.addEventListener("keydown", (event) => this.isOn && this.key(event), true);
    document.addEventListener("click", (event) => this.isOn && this.clicked(event), true);
  }

  get isOn() {
    return Boolean(this.moved);
  }

  // The places where the step can go: not where it stands, and not in its own branches.
  places(key) {
    const card = this.flow.card(key);
    const own = [card, card.nextElementSibling?.matches(".flow-branches") ? card.nextElementSibling : null];
    const branches = own[1] ? [...own[1].children].slice(1) : [];
    const slots = [...document.querySelectorAll("#flow-canvas [data-slot]")];
    return slots.filter((slot) => {
      const isOwn = slot.dataset.step === key || branches.some((branch) => branch.contains(slot));
      return !isOwn && slot !== this.above(card);
    });
  }

  above(card) {
    return card.previousElementSibling?.matches("[data-slot]") ? card.previousElementSibling : null;
  }

  begin(key) {
    this.moved = key;
    this.slots = this.places(key);
    if (!this.slots.length) {
      this.end();
      return this.say("There is no other place for it.");
    }
    this.flow.element.classList.add("moving");
    this.flow.card(key).classList.add("moved");
    for (const slot of this.slots) slot.classList.add("target");
    const card = this.flow.card(key);
    const next = this.slots.findIndex((slot) => card.compareDocumentPosition(slot) & Node.DOCUMENT_POSITION_FOLLOWING);
    const isFinger = matchMedia("(pointer: coarse)").matches;
    return this.at(Math.max(0, next), isFinger ? "Tap a place, or beside them to leave it where it is. " : "Click a place, or choose it with the arrows and Enter; Escape leaves it where it is. ");
  }

  at(number, first = "") {
    this.number = (number + this.slots.length) % this.slots.length;
    this.slots.forEach((slot, place) => slot.classList.toggle("chosen", place === this.number));
    const slot = this.slots[this.number];
    centre(slot);
    this.say(`${first}Place ${this.number + 1} of ${this.slots.length}: ${slot.dataset.words}.`);
  }

  key(event) {
    const way = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1, Tab: event.shiftKey ? -1 : 1 }[event.key];
    if (!way && !["Enter", " ", "Escape"].includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    if (way) this.at(this.number + way);
    else if (event.key === "Escape") this.giveUp();
    else this.put(this.slots[this.number]);
  }

  clicked(event) {
    event.preventDefault();
    event.stopPropagation();
    const slot = event.target.closest(".target");
    slot ? this.put(slot) : this.giveUp();
  }

  put(slot) {
    const key = this.moved;
    this.end();
    this.flow.edit("move", { key, step: slot.dataset.step, outcome: slot.dataset.outcome });
  }

  giveUp() {
    const key = this.moved;
    this.end();
    this.say("Not moved.");
    focusOn(`card:${key}`);
  }

  end() {
    this.moved = null;
    this.line.hidden = true;
    this.flow.element.classList.remove("moving");
    for (const each of document.querySelectorAll(".moved, .target, .chosen")) each.classList.remove("moved", "target", "chosen");
  }

  say(words) {
    this.line.textContent = words;
    this.line.hidden = false;
    if (!this.isOn) setTimeout(() => (this.line.hidden = !this.isOn), 3000);
  }

  // One place up or down at once.
  step(key, way) {
    const slots = this.places(key);
    const card = this.flow.card(key);
    const after = slots.filter((slot) => card.compareDocumentPosition(slot) & Node.DOCUMENT_POSITION_FOLLOWING);
    const slot = way > 0 ? after[0] : slots[slots.length - after.length - 1];
    if (!slot) return this.say(way > 0 ? "It is the last already." : "It is the first already.");
    return this.flow.edit("move", { key, step: slot.dataset.step, outcome: slot.dataset.outcome });
  }
}
