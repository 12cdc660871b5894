// How many the rule means, while it is written: about at once, exactly a moment later.

import { el } from "./dom.js";

const PAUSE = 150;
// The exact count waits for the editor to pause: it may be slow, and each of them costs.
const LONG_PAUSE = 500;
const AGAIN = 1500;

const shown = (number) => number.toLocaleString("en");

export class Numbers {
  constructor(editor) {
    this.editor = editor;
    this.total = el("p", { class: "rule-total", role: "status" });
    this.samples = el("p", { class: "rule-samples" });
    this.element = el("section", { class: "rule-numbers", "aria-label": "How many contacts it means" }, this.total, this.samples);
  }

  // Only the last question matters: the one before is given up.
  ask() {
    clearTimeout(this.timer);
    this.running?.abort();
    this.element.setAttribute("aria-busy", "true");
    this.timer = setTimeout(() => this.count(), PAUSE);
  }

  stop(text) {
    clearTimeout(this.timer);
    this.running?.abort();
    this.say(text);
  }

  async count() {
    const asked = (this.running = new AbortController());
    try {
      const about = await this.fetch(false, asked.signal);
      this.show(about);
      if (about.contacts === undefined || about.is_exact) return;
      await pause(LONG_PAUSE, asked.signal);
      this.show(await this.exactly(asked.signal), about.samples);
    } catch (error) {
      if (error.name !== "AbortError") this.say(error.message);
    }
  }

  async exactly(signal) {
    for (;;) {
      const found = await this.fetch(true, signal);
      if (!found.is_busy) return found;
      await pause(AGAIN, signal);
    }
  }

  async fetch(exact, signal) {
    const { settings, form } = this.editor;
    let answer;
    try {
      answer = await fetch(settings.count, {
        method: "POST", signal,
        headers: { "Content-Type": "application/json", "X-CSRFToken": form.elements.csrfmiddlewaretoken?.value ?? "" },
        body: JSON.stringify({ site: this.editor.site, rule: this.editor.rule(), inside: settings.inside, exact }),
      });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new Error("The numbers cannot be loaded: is the connection there?", { cause: error });
    }
    if (answer.status === 429) return { is_busy: true };
    if (answer.redirected) throw new Error("Your session has ended. Log in again in another tab, then go on here: nothing is lost.");
    if (!answer.headers.get("Content-Type")?.includes("json")) throw new Error("The numbers cannot be loaded at the moment.");
    const found = await answer.json();
    if (!answer.ok) throw new Error(found.message ?? "The numbers cannot be loaded at the moment.");
    return found;
  }

  show(found, samples = []) {
    if (found.is_too_slow) {
      this.element.removeAttribute("aria-busy");
      const note = "The exact number takes too long to count.";
      if (this.total.querySelector("b")) this.total.append(el("small", {}, note));
      else this.say(`${note} The rule can be saved all the same.`);
      return;
    }
    this.editor.showHints(found.problems ?? []);
    if (found.problems) return this.say("Nobody can be counted yet: see what is said at the conditions above.");
    this.element.removeAttribute("aria-busy");
    const about = found.is_exact ? "" : "about ";
    this.total.replaceChildren(
      el("span", {}, about, el("b", {}, shown(found.contacts)), found.contacts === 1 ? " contact" : " contacts"),
      el("span", {}, about, el("b", {}, shown(found.reachable)), " reachable by push"),
      found.is_exact ? "" : el("small", {}, "counting exactly…"),
    );
    this.drawSamples(found.samples.length ? found.samples : found.contacts ? samples : []);
  }

  drawSamples(samples) {
    const links = samples.flatMap(({ name, url }, number) => [number ? ", " : "", el("a", { class: "text-link", href: url, target: "_blank", rel: "noopener" }, name)]);
    this.samples.replaceChildren(...(links.length ? ["For example ", ...links] : []));
  }

  say(text) {
    this.element.removeAttribute("aria-busy");
    this.total.replaceChildren(el("span", {}, text));
    this.samples.replaceChildren();
  }
}

const pause = (time, signal) =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, time);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(new DOMException("", "AbortError"));
    });
  });
