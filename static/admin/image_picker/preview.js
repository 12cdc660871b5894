// A picture as a field shows it: cropped to its ratio, what is cropped off still to be guessed.

import { el, icon } from "../rule_builder/dom.js";

const RATIO_TOLERANCE = 0.04;
const KNOWN_RATIOS = [[1, 1], [2, 1], [3, 2], [4, 3], [16, 9], [1, 2], [2, 3], [3, 4], [9, 16]];

export class Preview {
  constructor(shown) {
    this.shown = shown;
    this.ghost = el("img", { class: "image-ghost", alt: "", referrerpolicy: "no-referrer" });
    this.picture = el("img", { class: "image-cropped", alt: "", referrerpolicy: "no-referrer" });
    this.box = el("span", { class: "image-box" }, icon("image"), this.picture);
    this.box.style.aspectRatio = String(shown.ratio);
    const classes = `image-frame${shown.is_badge ? " badge" : ""}${shown.ratio > 1 ? " wide" : ""}`;
    this.element = el("div", { class: classes, "aria-hidden": "true" }, this.ghost, this.box);
    this.facts = el("div", { class: "image-facts", "aria-live": "polite" });
    this.address = null;
  }

  // `address` as it is written, maybe a path below `home`.
  show(address, home) {
    const found = resolved(address, home);
    if (found.address === this.address && !found.note) return;
    this.address = found.address;
    this.element.classList.remove("shown");
    this.say(found.note);
    for (const image of [this.picture, this.ghost]) image.removeAttribute("src");
    if (!found.address) return;
    const image = new Image();
    image.referrerPolicy = "no-referrer";
    image.addEventListener("load", () => this.address === found.address && this.draw(image));
    image.addEventListener("error", () => this.address === found.address && this.say("", ["No picture is found at this address."]));
    this.say("Looking at the picture…");
    image.src = found.address;
  }

  draw(image) {
    const { naturalWidth: width, naturalHeight: height } = image;
    this.picture.src = this.ghost.src = image.src;
    // As large as the picture would be if nothing of it were cropped off.
    const isWider = width / height > this.shown.ratio;
    const { clientWidth, clientHeight } = this.box;
    Object.assign(this.ghost.style, isWider ? { height: `${clientHeight}px`, width: "auto" } : { width: `${clientWidth}px`, height: "auto" });
    this.element.classList.add("shown");
    this.say(`${width.toLocaleString("en")} × ${height.toLocaleString("en")} px, ${ratioOf(width, height)}`, this.warnings(image, width, height));
  }

  warnings(image, width, height) {
    const { ratio, width: least, height: leastHeight, is_badge: isBadge } = this.shown;
    const found = [];
    if (width < least || height < leastHeight) {
      found.push(`Too small: it will look blurred. Take one of at least ${least} × ${leastHeight} px.`);
    }
    const relation = width / height / ratio;
    const lost = Math.round(100 * (1 - Math.min(relation, 1 / relation)));
    if (lost > 100 * RATIO_TOLERANCE) {
      const edges = relation > 1 ? "left and right" : "top and bottom";
      found.push(`Not ${ratio === 1 ? "square" : `${ratio}:1`}: ${lost} % of it, ${edges}, may be cut off.`);
    }
    if (isBadge && isOpaque(image)) {
      found.push("No transparency: Android shows a white square. Take white on transparent.");
    }
    return found;
  }

  say(words, warnings = []) {
    const lines = warnings.map((text) => el("p", { class: "image-warning" }, icon("warning"), el("span", {}, text)));
    this.facts.replaceChildren(...(words ? [el("p", {}, words)] : []), ...lines);
  }
}

function resolved(written, home) {
  const text = written.trim();
  if (!text) return { address: "" };
  if (text.includes("{{") || text.includes("{%")) return { address: "", note: "It has tags, so each contact may see another picture." };
  try {
    const url = new URL(text, home || undefined);
    if (["http:", "https:"].includes(url.protocol)) return { address: url.href };
  } catch {
    // A path whose site nobody has chosen yet, or no address: saving says so.
  }
  return { address: "" };
}

function ratioOf(width, height) {
  const known = KNOWN_RATIOS.find(([wide, high]) => Math.abs(width / height / (wide / high) - 1) < 0.01);
  if (known) return known.join(":");
  return width > height ? `${(width / height).toFixed(2)}:1` : `1:${(height / width).toFixed(2)}`;
}

// Nobody may look into pictures of other origins; then it is taken to be right.
function isOpaque(image) {
  const side = 48;
  const canvas = Object.assign(document.createElement("canvas"), { width: side, height: side });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  try {
    context.drawImage(image, 0, 0, side, side);
    return context.getImageData(0, 0, side, side).data.every((value, place) => place % 4 !== 3 || value > 250);
  } catch {
    return false;
  }
}
