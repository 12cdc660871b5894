// The form of the page: what it holds, and when that changes.

const NOT_SENT = new Set(["csrfmiddlewaretoken"]);

export class Form {
  constructor(element, form) {
    this.element = element;
    this.form = form;
    this.listeners = [];
    this.settings = JSON.parse(element.querySelector("script[type='application/json']").textContent);
  }

  // Which asset it is; a variation's page names that too.
  get identity() {
    const { kind, asset, variation } = this.element.dataset;
    return { kind, asset: asset ?? "", variation: variation ?? "" };
  }

  get token() {
    return this.form.elements.csrfmiddlewaretoken?.value ?? "";
  }

  get site() {
    const chosen = this.form.elements.site;
    return Number(chosen?.value) || this.settings.site;
  }

  get isStored() {
    return Boolean(this.element.dataset.stored);
  }

  field(name) {
    const found = this.form.elements[name] ?? this.form.elements[`${name}_0`];
    return found instanceof RadioNodeList ? found[0] : found;
  }

  // Files are uploaded when they are chosen, never with a preview.
  entries() {
    return [...new FormData(this.form)].filter(([name, value]) => typeof value === "string" && !NOT_SENT.has(name) && !name.includes("__prefix__"));
  }

  values() {
    return Object.fromEntries(this.entries());
  }

  // The form, which asset it is, and `more`, as the views read them.
  body(more = {}) {
    const body = new URLSearchParams(this.entries());
    for (const [name, value] of Object.entries({ ...this.identity, ...more })) body.set(name, value);
    return body;
  }

  // Whatever way the content changes: typed, chosen, a row more or less, or rows in another order.
  listen(changed) {
    this.listeners.push(changed);
    if (this.listeners.length > 1) return;
    this.last = this.text();
    const look = () => queueMicrotask(() => this.look());
    for (const kind of ["input", "change"]) this.form.addEventListener(kind, look);
    for (const kind of ["formset:added", "formset:removed"]) document.addEventListener(kind, look);
    window.django?.jQuery?.(this.form).on("change", look);
    new MutationObserver(look).observe(this.form, { childList: true, subtree: true });
  }

  look() {
    const now = this.text();
    if (now === this.last) return;
    this.last = now;
    for (const changed of this.listeners) changed();
  }

  text() {
    return new URLSearchParams(this.entries()).toString();
  }
}

// Sends a form to a view. Resolves to the response, or rejects with words for people.
export function post(url, body, token, signal) {
  return asked(url, { method: "POST", body, signal, headers: { "X-CSRFToken": token } });
}

// Asks a view that needs nothing of the form. Resolves and rejects as `post` does.
export function get(url, signal) {
  return asked(url, { signal });
}

async function asked(url, options) {
  let answer;
  try {
    answer = await fetch(url, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error("The connection is gone: this is not up to date. Nothing of what you wrote is lost.", { cause: error });
  }
  if (answer.redirected) throw new Error("Your session has ended. Log in again in another tab, then go on here: nothing is lost.");
  return answer;
}

// Waits until nothing has happened for a while; only the last question is answered.
export function debounced(time, ask) {
  let timer;
  let running;
  return (wait = time) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      running?.abort();
      running = new AbortController();
      ask(running.signal);
    }, wait);
  };
}
