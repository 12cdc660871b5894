// As whom the preview is looked at: a contact of the site, one after the other, or a made-up one.

import { el, icon } from "../rule_builder/dom.js";
import { People } from "./people.js";
import { Values } from "./values.js";

const DEFAULT = "Default content";
const MADE_UP = { id: null, name: "a made-up contact", about: "" };

export class Viewer {
  constructor(form, changed) {
    Object.assign(this, { form, changed });
    this.canSee = !form.element.dataset.anonymous;
    this.chosen = MADE_UP;
    this.handful = [MADE_UP];
    this.version = "";
    this.values = new Values(changed);
    this.who = form.element.querySelector("[data-who]");
    this.versions = el("select", { class: "editor-versions", "aria-label": "Content to show", onchange: ({ target }) => this.pickVersion(target.value) });
    this.versions.hidden = true;
    this.details = el("details", { class: "editor-values" }, el("summary", {}, "Values to fill in"), this.values.element);
    this.who.after(this.details);
    this.people = new People({ load: (term) => this.load(term), pick: (contact) => this.pick(contact) });
    this.next = el("button", { type: "button", class: "editor-next", title: "Next contact", "aria-label": "Next contact", onclick: () => this.flip() }, icon("skip_next"));
    form.element.querySelector("[data-viewer]").append(el("span", {}, "as"), this.people.element, this.next);
    form.element.querySelector(".editor-head").append(this.versions);
  }

  // Begins with the newest contact that there is.
  async open() {
    this.site = this.form.site;
    this.handful = await this.load("").catch(() => [MADE_UP]);
    this.set(this.handful[0]);
  }

  // Another site has other contacts.
  follow() {
    if (this.form.site !== this.site) this.open().then(this.changed);
  }

  async load(term) {
    const { settings, site } = this.form;
    if (!site || !this.canSee) return [MADE_UP];
    const answer = await fetch(`${settings.urls.contacts}?${new URLSearchParams({ site, q: term })}`);
    if (!answer.ok || answer.redirected) throw new Error("The contacts cannot be loaded at the moment.");
    return [...(await answer.json()).contacts, MADE_UP];
  }

  pick(contact) {
    this.set(contact);
    this.changed();
  }

  flip() {
    const place = this.handful.findIndex(({ id }) => id === this.chosen.id);
    this.pick(this.handful[(place + 1) % this.handful.length]);
  }

  pickVersion(version) {
    this.version = version;
    this.changed();
  }

  set(contact) {
    this.chosen = contact;
    this.people.say(contact.name);
    this.next.hidden = this.handful.length < 2;
    this.values.open(this.roots);
    this.details.hidden = this.values.isEmpty && contact.id !== null;
  }

  // What a contact has is theirs; an event and a journey are made up for everybody.
  get roots() {
    return this.chosen.id === null ? ["state", "event", "journey"] : ["event", "journey"];
  }

  asked() {
    return {
      "preview-contact": this.chosen.id ?? "",
      "preview-values": JSON.stringify(this.values.given()),
      // A variation's own page shows that one, to whomever.
      "preview-version": this.form.identity.variation || this.version,
    };
  }

  show(found) {
    if (found.values) this.values.follow(found.values);
    this.details.hidden = this.values.isEmpty && this.chosen.id !== null;
    if (!found.variation) return;
    const said = JSON.stringify([found.viewer, found.variation, found.met, found.labels, found.lacks, found.versions]);
    if (said === this.said) return;
    this.said = said;
    const labels = Object.entries(found.labels).flatMap(([name, value]) => [" ", el("span", { class: "editor-label" }, `${name}: `, el("b", {}, value || "nothing"))]);
    const about = found.viewer.about ? `${found.viewer.about}. ` : "";
    const lacks = found.lacks ? [el("span", { class: "editor-lacks" }, found.lacks)] : [];
    this.who.replaceChildren(about, ...gets(found), ...labels, ...lacks);
    this.offer(found);
  }

  // What can be shown instead of what a contact meets. A variation's own page shows that one.
  offer({ versions }) {
    this.versions.hidden = !versions.length || Boolean(this.form.identity.variation);
    const choices = [["", "What they get"], ["default", DEFAULT], ...versions.map(({ id, name }) => [String(id), name])];
    this.versions.replaceChildren(...choices.map(([value, words]) => el("option", { value }, words)));
    if (!choices.some(([value]) => value === this.version)) this.version = "";
    this.versions.value = this.version;
  }
}

// Which content is shown, and where the contact would get another one, which that is.
function gets({ variation, met }) {
  if (variation === met) return ["Gets ", el("b", {}, variation)];
  return ["Shows ", el("b", {}, variation), ", would get ", el("b", {}, met)];
}
