// Asks what the form would show, and hands the answer to whoever shows a part of it.

import { debounced, post } from "./form.js";

const PAUSE = 250;

export class Preview {
  // `parts` have show(answer), and may have miss() for when there is nothing to show; `viewer` says who looks; `errors` shows what is wrong.
  constructor(form, { viewer, errors, parts }) {
    Object.assign(this, { form, viewer, errors, parts });
    this.problem = form.element.querySelector("[data-problem]");
    this.drawn = form.element.querySelector("[data-drawn]");
    this.summary = form.element.querySelector("[data-summary]");
    this.good = {};
    this.ask = debounced(PAUSE, (signal) => this.run(signal));
    document.addEventListener("formset:removed", () => this.forgetRows());
  }

  // The rows have other numbers now.
  forgetRows() {
    for (const name of Object.keys(this.good)) if (/-\d+-/.test(name)) delete this.good[name];
  }

  async run(signal) {
    const { form } = this;
    const values = form.values();
    this.form.element.classList.add("asking");
    try {
      const answer = await post(form.settings.urls.preview, form.body(this.more(values)), form.token, signal);
      if (!answer.headers.get("Content-Type")?.includes("json")) throw new Error("The preview cannot be drawn at the moment. Saving works all the same.");
      const found = await answer.json();
      if (signal.aborted) return;
      if (!answer.ok) throw new Error(found.message);
      this.take(found, values);
    } catch (error) {
      if (error.name === "AbortError" || signal.aborted) return;
      this.say(error.message);
      this.miss();
    }
    this.form.element.classList.remove("asking");
    this.drawn.removeAttribute("aria-busy");
  }

  more(values) {
    // An empty field is meant to be empty.
    const good = Object.fromEntries(Object.entries(this.good).filter(([name]) => values[name]));
    return { ...this.viewer.asked(), "preview-good": JSON.stringify(good), ...(this.form.isStored && { "preview-stored": "yes" }) };
  }

  take(found, values) {
    for (const [name, value] of Object.entries(values)) {
      if (!found.errors[name]) this.good[name] = value;
    }
    this.errors.show(found.errors);
    this.say(found.problem);
    this.viewer.show(found);
    if (found.variation) {
      found.hasTitle = this.hasTitle(found.errors.title, values.title);
      for (const part of this.parts) part.show(found);
    } else this.miss();
    this.tell(found);
  }

  miss() {
    for (const part of this.parts) part.miss?.();
  }

  // Without a title it cannot be saved; what would stand there meanwhile is nobody's title.
  hasTitle(isWrong, written) {
    if (this.form.isStored || written === undefined) return true;
    const isKnown = this.good.title || this.form.identity.asset;
    return Boolean(written.trim() && (!isWrong || isKnown));
  }

  say(text) {
    // Nothing is on its way that “Drawing the preview…” could promise.
    if (text) this.drawn.querySelector(":scope > .editor-note")?.replaceChildren();
    this.problem.textContent = text;
    this.problem.hidden = !text;
  }

  // For who does not see it: only when something else is to be said.
  tell(found) {
    const wrong = this.errors.number;
    const parts = [
      found.variation && `Preview as ${found.viewer.name}: ${found.variation}.`,
      found.variation && found.lacks,
      found.meter && sentence(found.meter.words.split("; ")[1]),
      wrong && `${wrong} ${wrong === 1 ? "field has" : "fields have"} an error.`,
    ];
    const text = parts.filter(Boolean).join(" ");
    if (text !== this.summary.textContent) this.summary.textContent = text;
  }
}

const sentence = (words) => `${words[0].toUpperCase()}${words.slice(1).replace(/\.$/, "")}.`;
