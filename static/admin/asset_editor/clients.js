// The push as each browser shows it, side by side.

import { el } from "../rule_builder/dom.js";
import { frameOf } from "./frames.js";
import { notesOf } from "./notes.js";

export class Clients {
  constructor(form) {
    this.place = form.element.querySelector("[data-drawn]");
    this.cards = form.settings.clients.map((client) => new Card(client));
  }

  show(found) {
    if (!this.isDrawn) this.place.replaceChildren(...this.cards.map((card) => card.element));
    this.isDrawn = true;
    for (const card of this.cards) card.show(found);
  }
}

class Card {
  constructor(client) {
    this.client = client;
    this.screen = el("div", { class: "client-screen" });
    this.notes = el("ul", { class: "client-notes" });
    this.element = el("article", { class: "client", "data-client": client.name, "aria-label": client.label }, el("h3", {}, client.label), this.screen, this.notes);
  }

  show({ notification, texts, site, own, hasTitle }) {
    const seen = seenOf(texts[this.client.name], hasTitle);
    const said = JSON.stringify([notification, seen, site, own]);
    if (said === this.said) return;
    this.said = said;
    this.screen.replaceChildren(frameOf(this.client, drawn(this.client, notification, seen, site)));
    const notes = notesOf(this.client, notification, own, seen.cut);
    this.notes.replaceChildren(...notes.map((note) => el("li", {}, note)));
  }
}

// Where texts are cut, the server says (apps/assets/compatibility/texts.py), as the checks do.
// Without a title nothing of one is to be seen.
function seenOf(texts, hasTitle) {
  return hasTitle ? texts : { ...texts, title: "", cut: texts.cut.filter((name) => name !== "title") };
}

// What is left of the push when the client has ignored what it does.
function drawn(client, notification, { title, body }, site) {
  const { shows } = client;
  return {
    title, body, site,
    direction: (shows.dir && notification.dir) || "auto",
    icon: shows.icon ? notification.icon : "",
    image: shows.image ? notification.image : "",
    badge: shows.badge ? notification.badge : "",
    buttons: (notification.actions ?? []).slice(0, client.max_actions),
  };
}
