// Places that a view fills with what it finds out about the draft.

import { el } from "../rule_builder/dom.js";
import { debounced, get, post } from "./form.js";

const PAUSE = 600;
// While addresses are looked at in the background.
const WAITING = 4_000;
const WITH = "[data-draft-with]";

export function startFragments(form) {
  const fragments = [...document.querySelectorAll("[data-draft-fragment]")].map((place) => new Fragment(place, form));
  form.listen(() => fragments.forEach((fragment) => fragment.ask()));
  document.addEventListener("change", ({ target }) => {
    if (target.matches?.(WITH)) fragments.forEach((fragment) => fragment.ask(0));
  });
}

class Fragment {
  constructor(place, form) {
    Object.assign(this, { place, form });
    this.content = el("div", { class: "editor-fragment-content" });
    this.content.append(...place.childNodes);
    this.state = el("p", { class: "editor-checking", role: "status" });
    place.append(this.content, this.state);
    this.ask = debounced(PAUSE, (signal) => this.run(signal));
    this.ask(0);
  }

  async run(signal) {
    this.place.setAttribute("aria-busy", "true");
    this.state.textContent = "checking…";
    try {
      const answer = await this.answer(signal);
      const html = await answer.text();
      if (signal.aborted) return;
      if (!answer.ok || !answer.headers.get("Content-Type")?.includes("html")) throw new Error("This cannot be checked at the moment. Saving works all the same.");
      this.fill(html);
      this.state.textContent = "";
    } catch (error) {
      if (error.name === "AbortError" || signal.aborted) return;
      this.state.textContent = error.message;
    }
    this.place.removeAttribute("aria-busy");
  }

  // Who may not write has no form: what is stored is judged.
  answer(signal) {
    const address = this.place.dataset.draftFragment;
    if (!this.form.isStored) return post(address, this.form.body(chosen()), this.form.token, signal);
    return get(`${address}&${new URLSearchParams(chosen())}`, signal);
  }

  // Whoever is at a field of it stays there.
  fill(html) {
    const focused = this.content.contains(document.activeElement) ? document.activeElement.getAttribute("name") : null;
    this.content.innerHTML = html;
    if (focused) this.content.querySelector(`[name="${CSS.escape(focused)}"]`)?.focus();
    window.htmx?.process(this.content);
    if (this.content.querySelector("[data-waiting]")) this.ask(WAITING);
  }
}

// What is chosen beside the form, by name.
const chosen = () => Object.fromEntries([...document.querySelectorAll(WITH)].map((select) => [select.name || "segment", select.value]));
