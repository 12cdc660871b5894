// The page of uploads: several pictures at once, one after the other, each with what came of it.

import { ask, hasFiles, send } from "./image_picker/uploading.js";
import { el, icon } from "./rule_builder/dom.js";

const place = document.querySelector("[data-upload]");
const site = place.querySelector("#site");
const list = place.querySelector("[data-list]");
const drop = place.querySelector("[data-drop]");
const problem = place.querySelector("[data-error]");
let last = Promise.resolve();
let waiting = 0;

function complain(words) {
  problem.textContent = words;
  problem.hidden = !words;
}

function take(files) {
  complain("");
  if (!site.value) {
    complain("Choose the site first: images belong to one.");
    site.focus();
    return;
  }
  for (const file of files) {
    const row = new Row(file, site.value);
    list.append(row.element);
    waiting += 1;
    last = last.then(() => row.send()).finally(() => (waiting -= 1));
  }
}

class Row {
  constructor(file, chosen) {
    Object.assign(this, { file, chosen });
    this.thumb = el("span", { class: "image-thumb" }, icon("image"));
    this.bar = el("progress", { max: 100, value: 0, "aria-label": `Upload of ${file.name}` });
    this.words = el("p", { class: "note" }, "Waits for its turn");
    this.element = el("li", {}, this.thumb, el("div", {}, el("strong", {}, file.name), this.bar, this.words));
  }

  async send() {
    this.words.textContent = "Uploading…";
    try {
      const image = await send(this.file, { to: place.dataset.upload, site: this.chosen, progress: (percent) => (this.bar.value = percent) });
      this.thumb.replaceChildren(el("img", { src: image.address, alt: "" }));
      this.end(`Uploaded: ${image.width} × ${image.height} px, ${Math.max(1, Math.round(image.size / 1000))} kB`, "image-done");
    } catch (error) {
      this.end(error.message, "image-error");
    }
  }

  end(words, look) {
    this.bar.remove();
    this.words.className = look;
    this.words.textContent = words;
  }
}

place.querySelector("[data-choose]").addEventListener("click", () => ask(take, { several: true }));
document.addEventListener("paste", (event) => event.clipboardData?.files.length && take([...event.clipboardData.files]));
document.addEventListener("dragover", (event) => {
  if (!hasFiles(event.dataTransfer)) return;
  event.preventDefault();
  drop.classList.toggle("dropping", true);
});
document.addEventListener("dragleave", (event) => event.relatedTarget || drop.classList.remove("dropping"));
document.addEventListener("drop", (event) => {
  drop.classList.remove("dropping");
  if (!event.dataTransfer?.files.length) return;
  event.preventDefault();
  take([...event.dataTransfer.files]);
});
addEventListener("beforeunload", (event) => waiting && event.preventDefault());
