// The rule builder of one text area: the text stays the truth that the form sends.

import { el } from "./dom.js";
import { Catalogue } from "./catalogue.js";
import { noteOf } from "./conditions.js";
import { acceptDrops } from "./dragging.js";
import { drawGroup } from "./groups.js";
import { Numbers } from "./numbers.js";
import { at, childrenOf, groupOf, idOf, rooted } from "./tree.js";

// Several rules of a page ask for the same.
const offers = new Map();

function offered(address) {
  if (!offers.has(address)) offers.set(address, load(address));
  return offers.get(address);
}

// Returns what the site offers, or nothing when that cannot be loaded; then the next one asks again.
async function load(address) {
  const answer = await fetch(address).catch(() => null);
  const isJson = answer?.ok && !answer.redirected && answer.headers.get("Content-Type")?.includes("json");
  if (isJson) return answer.json();
  offers.delete(address);
  return null;
}

export class Editor {
  constructor(element) {
    this.element = element;
    this.textarea = element.querySelector("textarea");
    this.form = this.textarea.form;
    this.setUp();
    this.place = element.querySelector("[data-place]");
    this.tree = el("div", { class: "rule-tree" });
    this.status = el("div", { class: "rule-status", role: "status" });
    this.errors = new Map();
    this.hints = new Map();
    this.place.append(this.tree, this.status, this.numbers.element);
    element.querySelector("details").open = false;
    element.classList.add("ready");
    this.listen();
  }

  // What one asks for, where and how many that means; a builder of less than a rule says less.
  setUp() {
    this.settings = JSON.parse(this.element.querySelector("script[type='application/json']").textContent);
    this.site = this.settings.site;
    this.numbers = new Numbers(this);
  }

  listen() {
    // What is searched for is no change of the form: whoever listens at the input is not told.
    this.place.addEventListener("input", (event) => {
      if (!event.target.matches("[data-quiet]")) return;
      event.stopPropagation();
      event.target.dispatchEvent(new CustomEvent("quiet"));
    }, true);
    // Enter in an input would send the form.
    this.place.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target.matches("input")) event.preventDefault();
    });
    this.textarea.addEventListener("input", (event) => event.isTrusted && this.read());
    acceptDrops(this);
  }

  // Loads what the site offers, then draws.
  async open(site) {
    this.site = site;
    this.catalogue = null;
    this.suggested = new Map();
    if (!site) {
      this.tree.replaceChildren(el("p", { class: "rule-empty" }, "Choose the site first: it decides what can be asked for."));
      this.numbers.element.hidden = true;
      return;
    }
    this.tree.setAttribute("aria-busy", "true");
    const found = await offered(`${this.settings.catalogue}?site=${encodeURIComponent(site)}`);
    if (site !== this.site) return;
    this.tree.removeAttribute("aria-busy");
    if (!found) {
      this.giveUp("The rule builder cannot be loaded at the moment. The rule can be written as text below.");
      return;
    }
    this.catalogue = new Catalogue(found);
    this.read(this.settings.problems);
  }

  giveUp(text) {
    this.tree.replaceChildren(el("p", { class: "rule-empty" }, text));
    this.numbers.element.hidden = true;
    this.element.querySelector("details").open = true;
  }

  // Takes the rule from the text.
  read(problems = []) {
    if (!this.catalogue) return;
    let rule;
    try {
      rule = JSON.parse(this.textarea.value.trim() || "{}");
    } catch {
      this.giveUp("The text below is not readable as a rule. Correct it there, or empty it to begin anew.");
      return;
    }
    const { root, prefix } = rooted(rule);
    if (!isTree(root)) {
      this.giveUp("The text below is no rule. Correct it there, or empty it to begin anew.");
      return;
    }
    this.root = root;
    this.numbers.element.hidden = false;
    this.errors = this.placed(problems, prefix);
    this.hints = new Map();
    this.redraw();
    this.numbers.ask();
  }

  rule() {
    return childrenOf(this.root).length ? this.root : {};
  }

  placed(problems, prefix = []) {
    const found = new Map();
    for (const { path, message } of problems) {
      const node = at(this.root, [...prefix, ...path]);
      found.set(node, [...new Set([...(found.get(node) ?? []), message])]);
    }
    return found;
  }

  // The rule was changed at the node, whose problems are not known any more.
  changed(node) {
    this.errors.delete(node);
    this.hints.delete(node);
    for (const row of node.where ?? []) this.errors.delete(row);
    this.placeNotes();
    this.textarea.value = JSON.stringify(this.rule(), null, 2);
    // Unfold warns before leaving when an input of the form has said this.
    this.textarea.dispatchEvent(new Event("input", { bubbles: true }));
    this.status.replaceChildren();
    this.numbers.ask();
  }

  showHints(problems) {
    this.hints = this.placed(problems);
    this.placeNotes();
  }

  // Draws anew and puts the focus on the first of the keys that is there.
  redraw(focus = []) {
    this.tree.replaceChildren(drawGroup(this, this.root));
    for (const key of [focus].flat()) {
      const found = this.tree.querySelector(`[data-key="${CSS.escape(key)}"]`);
      if (found) return found.focus();
    }
    return undefined;
  }

  // The place for what is wrong with a node; the inputs are described by it.
  note(node) {
    return el("div", { class: "rule-notes", id: this.noteIdOf(node), "data-note": idOf(node) }, this.noteFor(node));
  }

  noteIdOf(node) {
    return `${this.textarea.id}-${idOf(node)}-note`;
  }

  noteFor(node) {
    if (this.errors.has(node)) return noteOf(this.errors.get(node), true);
    return this.hints.has(node) ? noteOf(this.hints.get(node), false) : "";
  }

  isBroken(node) {
    return this.errors.has(node) || (node.where ?? []).some?.((row) => this.errors.has(row));
  }

  // Without drawing the inputs anew: somebody is typing.
  placeNotes() {
    const nodes = new Map();
    const walk = (node) => {
      nodes.set(idOf(node), node);
      if (groupOf(node)) childrenOf(node).forEach(walk);
      else (Array.isArray(node.where) ? node.where : []).forEach(walk);
    };
    walk(this.root);
    for (const place of this.tree.querySelectorAll("[data-note]")) {
      const node = nodes.get(place.dataset.note);
      if (!node) continue;
      place.replaceChildren(this.noteFor(node));
      place.closest(".rule-condition")?.classList.toggle("broken", this.isBroken(nodes.get(place.closest(".rule-condition").dataset.node) ?? node));
    }
  }

  nodeOf(id, node = this.root) {
    if (!id) return null;
    if (idOf(node) === id) return node;
    if (!groupOf(node)) return null;
    for (const child of childrenOf(node)) {
      const found = this.nodeOf(id, child);
      if (found) return found;
    }
    return null;
  }

  groups() {
    return this.catalogue.groups(this.settings.inside);
  }

  // The values that a field really has, asked for once.
  suggest(field, event) {
    const asked = new URLSearchParams({ site: this.site, field, ...(event && { event }) }).toString();
    if (!this.suggested.has(asked)) {
      const answer = fetch(`${this.settings.values}?${asked}`).then((found) => found.json()).then(({ values }) => values ?? []);
      this.suggested.set(asked, answer.catch(() => []));
    }
    return this.suggested.get(asked);
  }

  say(text) {
    this.status.replaceChildren(el("span", { class: "rule-hidden" }, text));
  }

  offerUndo(text, undo) {
    const button = el("button", { type: "button", class: "text-link", onclick: undo }, "Undo");
    this.status.replaceChildren(el("span", {}, text), button);
  }
}

// Whether the builder can show it: groups hold objects all the way down.
function isTree(node) {
  if (node === null || typeof node !== "object" || Array.isArray(node)) return false;
  if (groupOf(node)) return Object.keys(node).length === 1 && childrenOf(node).every(isTree);
  const { where = [] } = node;
  return Array.isArray(where) && where.every((row) => row !== null && typeof row === "object" && !Array.isArray(row));
}
