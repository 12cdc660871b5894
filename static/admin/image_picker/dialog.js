// The site's images in a dialog: searched, page by page, by mouse, finger or keyboard.

import { el, icon, newId } from "../rule_builder/dom.js";

const SEARCH_AFTER_MS = 250;

// `address` answers with pages; `pick` gets the chosen image. The focus goes back to `from`.
export function openPicker({ address, site, ratio, from, pick }) {
  const picker = new Picker({ address, site, ratio, pick });
  document.body.append(picker.dialog);
  picker.dialog.addEventListener("close", () => {
    picker.stop();
    picker.dialog.remove();
    from.focus();
  });
  picker.dialog.showModal();
  picker.search.focus();
  picker.load(1);
}

class Picker {
  constructor({ address, site, ratio, pick }) {
    Object.assign(this, { address, site, pick, page: 1 });
    const title = newId("image-dialog");
    this.search = el("input", { type: "search", "aria-label": "Search the images", placeholder: "Search by name", autocomplete: "off", maxlength: 150 });
    this.search.addEventListener("input", () => this.soon());
    this.grid = el("ul", { class: "image-options", style: `--ratio: ${ratio}` });
    this.status = el("p", { class: "note", role: "status" });
    this.newer = this.pager("chevron_left", "Newer", -1);
    this.older = this.pager("chevron_right", "Older", 1);
    const close = el("button", { type: "button", class: "image-close", "aria-label": "Close", onclick: () => this.dialog.close() }, icon("close"));
    this.dialog = el(
      "dialog",
      { class: "image-dialog", "aria-labelledby": title },
      el("header", {}, el("h2", { id: title }, "Choose an image"), close),
      this.search,
      this.grid,
      el("footer", {}, this.status, el("span", {}, this.newer, this.older)),
    );
    this.dialog.addEventListener("click", (event) => event.target === this.dialog && this.dialog.close());
    this.dialog.addEventListener("keydown", (event) => this.move(event));
  }

  pager(sign, words, step) {
    const button = el("button", { type: "button", class: "button-plain", onclick: () => this.load(this.page + step) }, words);
    step < 0 ? button.prepend(icon(sign)) : button.append(icon(sign));
    button.hidden = true;
    return button;
  }

  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.load(1), SEARCH_AFTER_MS);
  }

  stop() {
    clearTimeout(this.timer);
    this.asking?.abort();
  }

  async load(page) {
    this.stop();
    const asking = (this.asking = new AbortController());
    const isPaging = [this.newer, this.older].includes(document.activeElement);
    this.grid.setAttribute("aria-busy", "true");
    this.status.textContent = "Loading…";
    try {
      const query = new URLSearchParams({ site: this.site, q: this.search.value, page });
      const answer = await fetch(`${this.address}?${query}`, { headers: { Accept: "application/json" }, signal: asking.signal });
      if (answer.redirected) throw new Error("You are logged out. Log in in another tab, then try again.");
      const told = await answer.json().catch(() => ({}));
      if (!answer.ok) throw new Error(told.message ?? "The images cannot be loaded. Try again.");
      this.draw(told, isPaging);
    } catch (error) {
      if (error.name === "AbortError") return;
      this.status.textContent = error instanceof TypeError ? "The connection broke. Try again." : error.message;
    }
    this.grid.removeAttribute("aria-busy");
  }

  draw({ images, page, has_more: hasMore }, isPaging) {
    this.page = page;
    this.grid.replaceChildren(...images.map((image) => el("li", {}, this.option(image))));
    this.grid.scrollTop = 0;
    this.newer.hidden = page === 1;
    this.older.hidden = !hasMore;
    this.status.textContent = this.found(images.length, page, hasMore);
    if (isPaging) this.grid.querySelector("button")?.focus();
  }

  found(number, page, hasMore) {
    if (number) return page > 1 || hasMore ? `Page ${page}` : `${number} ${number === 1 ? "image" : "images"}`;
    return this.search.value.trim() ? "No image is called so." : "This site has no images yet. Close this and upload one.";
  }

  option(image) {
    const size = `${image.width} × ${image.height}`;
    return el(
      "button",
      { type: "button", class: "image-option", title: image.name, "aria-label": `${image.name}, ${size} pixels`, onclick: () => this.take(image) },
      el("img", { src: image.address, alt: "", loading: "lazy", decoding: "async", width: image.width, height: image.height }),
      el("span", {}, image.name),
      el("small", {}, size),
    );
  }

  take(image) {
    this.dialog.close();
    this.pick(image);
  }

  // Arrow keys go through the grid as it is laid out.
  move(event) {
    const options = [...this.grid.querySelectorAll("button")];
    const at = options.indexOf(document.activeElement);
    if (at < 0) {
      if (document.activeElement !== this.search || !["ArrowDown", "Enter"].includes(event.key)) return;
      event.preventDefault();
      options[0]?.focus();
      return;
    }
    const columns = options.filter((option) => option.offsetTop === options[0].offsetTop).length;
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, ArrowDown: at + columns, ArrowUp: at - columns, Home: 0, End: options.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    (options[to] ?? (to < 0 ? this.search : options[at])).focus();
  }
}
