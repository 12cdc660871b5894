// How notifications look on each system: drawn here, in neutral shapes, to the proportions of the
// real ones. Sizes are in em, and an em is a share of the card's width (asset_editor.css).

import { el, icon } from "../rule_builder/dom.js";
import { picture, sign } from "./pictures.js";

const APPS = { chrome: "Chrome", edge: "Edge", firefox: "Firefox", safari: "Safari" };

export function frameOf(client, push) {
  const [browser, system] = client.name.split("_");
  const draw = browser === "firefox" && system === "desktop" ? firefox : (FRAMES[system] ?? windows);
  const frame = draw({ ...push, place: client.name, browser, app: APPS[browser] ?? browser });
  frame.classList.add("push");
  return frame;
}

const FRAMES = { windows, macos, android, ios };

function windows(push) {
  return el(
    "div", { class: "push-windows" },
    el("div", { class: "push-bar" }, sign("app", "public"), el("span", {}, push.app), icon("more_horiz"), icon("close")),
    image(push),
    el("div", { class: "push-row" }, iconOf(push), texts(push, el("small", {}, push.site.host))),
    buttons(push),
  );
}

function firefox(push) {
  return el(
    "div", { class: "push-firefox" },
    el("div", { class: "push-row" }, iconOf(push) ?? sign("icon", "public"), texts(push, el("small", {}, `via ${push.site.host}`)), icon("close")),
    buttons(push),
  );
}

function macos(push) {
  const isSafari = push.browser === "safari";
  return el(
    "div", { class: "push-macos" },
    el("div", { class: "push-row" }, isSafari ? siteIcon(push) : sign("icon", "public"), texts(push, null, isSafari ? null : el("small", {}, push.site.host)), iconOf(push)),
    push.buttons.length ? el("div", { class: "push-options" }, el("small", {}, "Options"), buttons(push)) : null,
    image(push),
  );
}

function android(push) {
  return el(
    "div", { class: "push-android" },
    el("div", { class: "push-bar" }, push.badge ? picture(`${push.place}-badge`, push.badge, "badge", "badge") : sign("app", "public"), el("span", {}, `${push.app} · ${push.site.host} · now`)),
    el("div", { class: "push-row" }, texts(push), iconOf(push)),
    image(push),
    buttons(push),
  );
}

function ios(push) {
  return el("div", { class: "push-ios" }, el("div", { class: "push-row" }, siteIcon(push), texts(push), el("small", { class: "push-now" }, "now")));
}

function texts(push, after, between) {
  const body = push.body ? el("p", { class: "push-body", dir: push.direction }, push.body) : null;
  const title = el("strong", { class: push.title ? "push-title" : "push-title empty", dir: push.direction }, push.title || "Your title");
  return el("div", { class: "push-texts" }, title, between, body, after);
}

const iconOf = (push) => (push.icon ? picture(`${push.place}-icon`, push.icon, "icon", "icon") : null);
const image = (push) => (push.image ? picture(`${push.place}-image`, push.image, "image", "image") : null);
const siteIcon = (push) => (push.site.icon ? picture(`${push.place}-site`, push.site.icon, "icon", "site’s icon") : sign("icon", "storefront"));

function buttons({ buttons: shown }) {
  return shown.length ? el("div", { class: "push-buttons" }, shown.map(({ title }) => el("span", {}, title))) : null;
}
