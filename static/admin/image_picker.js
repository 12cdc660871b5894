// Makes of an address field one that shows its picture, and takes another by upload, drop, paste
// or from the site's images (apps.assets.forms.widgets). The field stays: what is written there is
// what is saved.

import { openPicker } from "./image_picker/dialog.js";
import { Preview } from "./image_picker/preview.js";
import { ask, fileOf, hasFiles, send } from "./image_picker/uploading.js";
import { el, icon } from "./rule_builder/dom.js";

const LOOK_AFTER_MS = 500;

// An element of its own, so that it starts wherever and however often it is put into a page: rows
// of inlines are copied from a template, and parts of pages come later.
class ImageAddress extends HTMLElement {
  connectedCallback() {
    if (this.preview) return;
    this.input = this.querySelector("input");
    this.settings = JSON.parse(this.dataset.images);
    this.preview = new Preview(this.settings);
    this.build();
    this.listen();
    this.follow();
  }

  build() {
    const tool = (sign, words, press) => el("button", { type: "button", class: "image-tool", onclick: press }, icon(sign), el("span", {}, words));
    const label = document.querySelector(`label[for="${this.input.id}"]`)?.textContent.replace("*", "").trim() ?? "";
    this.chooser = tool("photo_library", "Choose", () => this.choose());
    this.uploader = tool("upload", "Upload", () => this.withSite(() => ask(([file]) => this.upload(file))));
    this.remover = tool("close", "Remove", () => this.remove());
    this.bar = el("progress", { max: 100, value: 0, "aria-label": "Upload" });
    this.words = el("span", { role: "status" });
    this.waiting = el("p", { class: "image-waiting" }, this.bar, this.words);
    this.problem = el("p", { class: "image-error", role: "alert" });
    const tools = el("div", { class: "image-tools", role: "group", "aria-label": label ? `Picture: ${label}` : "Picture" }, this.uploader, this.chooser, this.remover);
    // A copied row brings what was built for its template.
    this.replaceChildren(
      this.preview.element,
      el("div", { class: "image-body" }, this.input, tools, this.waiting, this.problem, this.preview.facts),
    );
    this.waiting.hidden = this.problem.hidden = true;
  }

  listen() {
    this.input.addEventListener("input", () => {
      this.complain("");
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.follow(), LOOK_AFTER_MS);
    });
    this.addEventListener("paste", (event) => this.receive(event, event.clipboardData));
    this.addEventListener("drop", (event) => {
      this.classList.remove("dropping");
      this.receive(event, event.dataTransfer);
    });
    this.addEventListener("dragover", (event) => {
      if (!hasFiles(event.dataTransfer)) return;
      event.preventDefault();
      this.classList.add("dropping");
    });
    this.addEventListener("dragleave", (event) => this.contains(event.relatedTarget) || this.classList.remove("dropping"));
  }

  get site() {
    // Only a new row has a field to choose its site in.
    return this.input.form?.elements.site?.value || this.settings.site;
  }

  withSite(act) {
    this.complain("");
    if (this.site) return act();
    this.complain("Choose the site first: images belong to one.");
  }

  follow() {
    this.remover.hidden = !this.input.value;
    this.preview.show(this.input.value, this.settings.home);
  }

  // As if it had been typed, so that whatever follows the field sees it.
  write(address) {
    this.input.value = address;
    for (const name of ["input", "change"]) this.input.dispatchEvent(new Event(name, { bubbles: true }));
    clearTimeout(this.timer);
    this.follow();
  }

  choose() {
    this.withSite(() =>
      openPicker({ address: this.settings.pick, site: this.site, ratio: this.settings.ratio, from: this.chooser, pick: (image) => this.write(image.address) }),
    );
  }

  remove() {
    const before = this.input.value;
    this.write("");
    const back = el("button", { type: "button", onclick: () => (this.write(before), this.input.focus()) }, "Undo");
    this.preview.facts.replaceChildren(el("p", {}, "Removed. ", back));
    back.focus();
  }

  receive(event, transfer) {
    const file = fileOf(transfer);
    if (!file) return;
    event.preventDefault();
    this.withSite(() => this.upload(file));
  }

  async upload(file) {
    if (this.hasAttribute("busy")) return this.complain("Wait until the picture before is uploaded.");
    this.complain("");
    this.wait(true, "Uploading…");
    try {
      const image = await send(file, { to: this.settings.upload, site: this.site, progress: (percent) => this.progress(percent) });
      this.write(image.address);
    } catch (error) {
      this.complain(error.message);
    }
    this.wait(false, "");
  }

  progress(percent) {
    this.bar.value = percent;
    this.words.textContent = percent < 100 ? `${percent} % uploaded` : "Looking at the picture…";
  }

  wait(isWaiting, words) {
    this.toggleAttribute("busy", isWaiting);
    this.waiting.hidden = !isWaiting;
    this.bar.value = 0;
    this.words.textContent = words;
  }

  complain(words) {
    this.problem.textContent = words;
    this.problem.hidden = !words;
  }
}

customElements.define("image-address", ImageAddress);

// Saved now, the picture that is under way would be missing.
document.addEventListener(
  "submit",
  (event) => {
    const busy = event.target.querySelector?.("image-address[busy]");
    if (!busy) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    busy.complain("The picture is still being uploaded. Save when it is here.");
    busy.scrollIntoView({ block: "center" });
  },
  true,
);
// A file dropped beside a field would replace the page, and with it what was typed.
for (const name of ["dragover", "drop"]) {
  document.addEventListener(name, (event) => hasFiles(event.dataTransfer) && event.preventDefault());
}
