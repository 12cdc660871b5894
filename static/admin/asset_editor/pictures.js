// Pictures of the preview. Each place keeps its own, so that drawing anew does not load it anew.

import { el, icon } from "../rule_builder/dom.js";

const kept = new Map();

// An image in a place; one that does not load says so in words.
export function picture(place, url, kind, words) {
  const known = kept.get(place);
  if (known?.url === url) return known.element;
  const image = el("img", { src: url, alt: "", referrerpolicy: "no-referrer", decoding: "async" });
  const element = el("span", { class: `push-${kind}` }, image);
  image.addEventListener("error", () => {
    element.classList.add("broken");
    element.title = `The ${words} does not load: ${url}`;
    element.replaceChildren(icon("broken_image"), kind === "image" ? el("span", {}, `The ${words} does not load`) : el("span", { class: "rule-hidden" }, `The ${words} does not load`));
  });
  kept.set(place, { url, element });
  return element;
}

// Where a browser puts a sign of its own, or the site's.
export const sign = (kind, name) => el("span", { class: `push-${kind} neutral`, "aria-hidden": "true" }, icon(name));
