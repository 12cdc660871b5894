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

  show({ notification, site, own, hasTitle }) {
    const said = JSON.stringify([notification, site, own, hasTitle]);
    if (said === this.said) return;
    this.said = said;
    const push = seenBy(this.client, notification, site, hasTitle);
    this.screen.replaceChildren(frameOf(this.client, push));
    const isClamped = this.isClamped();
    const notes = notesOf(this.client, notification, own, { title: push.isTitleCut, message: push.isBodyCut || isClamped });
    this.notes.replaceChildren(...notes.map((note) => el("li", {}, note)));
  }

  isClamped() {
    const body = this.screen.querySelector(".push-body");
    return Boolean(body && body.scrollHeight > body.clientHeight + 2);
  }
}

// What is left of the push when the client has ignored and cut what it does.
function seenBy(client, notification, site, hasTitle) {
  const { shows } = client;
  const [title, isTitleCut] = cut(hasTitle ? notification.title : "", client.title_chars);
  const [body, isBodyCut] = cut(notification.body ?? "", client.body_chars);
  return {
    title, isTitleCut, body, isBodyCut, site,
    lines: client.body_lines,
    direction: (shows.dir && notification.dir) || "auto",
    icon: shows.icon ? notification.icon : "",
    image: shows.image ? notification.image : "",
    badge: shows.badge ? notification.badge : "",
    buttons: (notification.actions ?? []).slice(0, client.max_actions),
  };
}

function cut(text, most) {
  const signs = [...text];
  return most && signs.length > most ? [`${signs.slice(0, most - 1).join("").trimEnd()}…`, true] : [text, false];
}
