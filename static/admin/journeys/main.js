// The journey builder: puts together the canvas, the panel and what the keyboard and the mouse do.

import { Failed, focusOn, get, place, say, send } from "./server.js";
import * as saving from "./saving.js";
import { Adding } from "./adding.js";
import { Dialogs } from "./dialogs.js";
import { startDragging } from "./dragging.js";
import { startKeyboard } from "./keyboard.js";
import { centre } from "./looking.js";
import { Menus } from "./menus.js";
import { Moving } from "./moving.js";
import { Numbers } from "./numbers.js";
import { Panel } from "./panel.js";
import { Zoom } from "./zoom.js";

class Flow {
  constructor(element) {
    this.element = element;
    this.base = new URL(element.dataset.base, location.href).href;
    this.writes = element.dataset.writes !== undefined;
    this.panel = new Panel(this);
    this.zoom = new Zoom(this);
    this.menus = new Menus(this);
    this.dialogs = new Dialogs(this);
    if (this.writes) {
      this.adding = new Adding(this);
      this.moving = new Moving(this);
      startDragging(this);
    }
    startKeyboard(this);
    this.numbers = new Numbers(this);
    this.askNext();
    document.addEventListener("visibilitychange", () => document.hidden || this.lookAgain());
    element.addEventListener("click", (event) => this.clicked(event));
  }

  // What publishing leaves open: what is to become of those inside.
  askNext() {
    const address = new URL(location.href);
    if (address.searchParams.get("ask") !== "moving") return;
    address.searchParams.delete("ask");
    history.replaceState(null, "", address);
    this.dialogs.open("moving/");
  }

  // Whoever comes back from another tab may have made active there what was a problem here.
  async lookAgain() {
    const isBusy = () => !saving.isSaved() || this.element.classList.contains("moving") || document.querySelector("dialog[open]");
    if (isBusy()) return;
    const answer = await get(`${this.base}flow/`).catch(() => null);
    if (!answer || isBusy()) return;
    place(answer);
    this.after();
  }

  get canvas() {
    return document.getElementById("flow-canvas");
  }

  get seen() {
    return this.canvas.dataset.seen;
  }

  // Which change undo takes back, and which one redo makes again.
  get edits() {
    return document.getElementById("flow-toolbar").dataset.edits;
  }

  card(key) {
    return document.getElementById(`card-${key}`);
  }

  clicked(event) {
    const button = event.target.closest("button");
    if (!button || button.closest("#flow-panel")) return;
    const { open, jump, edit } = button.dataset;
    if (button.getAttribute("aria-disabled") === "true") return;
    if (this.moving?.isOn) return;
    if (open) this.panel.openCard(open);
    if (button.dataset.add !== undefined) this.adding.open(button);
    if (jump) this.jump(jump);
    if (edit) this.edit(edit);
  }

  jump(key) {
    this.menus.closeAll();
    focusOn(`card:${key}`);
    this.reveal(key);
  }

  reveal(key) {
    const card = this.card(key);
    centre(card);
    card?.classList.add("told");
    setTimeout(() => card?.classList.remove("told"), 1500);
  }

  // Changes the flow: move, duplicate, delete, lead, undo, redo.
  async edit(verb, values = {}) {
    if (["undo", "redo"].includes(verb) && !(await this.panel.leave(() => this.edit(verb)))) return;
    saving.show("saving");
    try {
      const answer = await send(`${this.base}flow/edit/${verb}/`, () => {
        const form = new FormData();
        for (const [name, value] of Object.entries({ ...values, seen: this.seen, edits: this.edits })) form.set(name, value);
        return form;
      });
      place(answer);
      saving.show("saved");
      const { focus, shut } = answer.told;
      if (shut) this.panel.shut(shut);
      // What was refused is not what the drop-down says.
      if (verb === "lead" && document.getElementById("flow-said").classList.contains("bad")) this.panel.open(this.panel.address);
      this.after();
      if (focus && focusOn(`card:${focus}`)) this.reveal(focus);
      else if (document.activeElement === document.body) focusOn(verb) || focusOn("card:entry");
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      saving.show("failed", error.message, () => this.edit(verb, values));
      say(error.message, true);
    }
  }

  // The canvas is another one now.
  after() {
    this.zoom.show();
    const words = document.getElementById("flow-said").textContent;
    if (words) setTimeout(() => this.hush(words), 8000);
  }

  hush(words) {
    if (document.getElementById("flow-said").textContent === words) say("");
  }

  // Where a step will stand that cannot be stored yet.
  ghost(form) {
    document.querySelector(".flow-ghost")?.remove();
    if (form?.dataset.new === undefined) return;
    const slot = [...document.querySelectorAll("[data-slot]")].find(({ dataset }) => dataset.step === form.dataset.step && dataset.outcome === form.dataset.outcome);
    const ghost = document.createElement("div");
    ghost.className = "flow-ghost";
    ghost.textContent = `${this.panel.element.querySelector("h2").textContent}: not complete yet`;
    slot?.append(ghost);
    if (slot) centre(ghost);
  }
}

new Flow(document.getElementById("flow"));
