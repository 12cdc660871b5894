// “Link this browser”: subscribes this browser to test sends of a site, on the back office's own
// origin and under a scope of its own for each site. Listened to from above, so that a form in a
// dialog that is loaded later works too.

const SECONDS = 30;

const BLOCKED =
  "This browser blocks notifications of the back office. Allow them in the settings of this " +
  "page (the sign at the left of the address), load the page again, and press the button again.";
const DISMISSED = "The browser’s question was closed without an answer. Press the button again.";
const NOT_SECURE =
  "Browsers allow push on https:// and on localhost only. Open the back office by an address " +
  "that begins with https://.";
const ON_IOS =
  "On an iPhone or iPad push needs the back office on the Home Screen: press Share, “Add to Home " +
  "Screen”, open it from there, and link it then.";
const NO_PUSH =
  "This browser has no service worker or no push here: a private window has none. Use an " +
  "ordinary window of Chrome, Edge, Firefox or Safari.";
const NO_WORKER =
  "The service worker did not start. Load the page again; where that does not help, a proxy or " +
  "an extension keeps /pushdesk-worker.js from this browser.";
const NO_SERVICE =
  "The browser does not reach its push service. A firewall, a VPN or a setting of the browser " +
  "(in Brave: “Use Google services for push messaging”) may keep it from it.";
const NOT_SAVED = "The back office could not be reached. Press the button again.";

class Trouble extends Error {}

const within = (promise, words) =>
  Promise.race([
    promise,
    new Promise((_, fail) => setTimeout(() => fail(new Trouble(words)), SECONDS * 1000)),
  ]);

function whyNot() {
  if (!window.isSecureContext) return NOT_SECURE;
  if ("serviceWorker" in navigator && "PushManager" in window && "Notification" in window) {
    return Notification.permission === "denied" ? BLOCKED : "";
  }
  return /iP(hone|ad|od)/.test(navigator.userAgent) ? ON_IOS : NO_PUSH;
}

const toBytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));

// The registration of this scope and no other: the nearest one may be that of a shop.
async function registrationOf(scope) {
  const found = await navigator.serviceWorker.getRegistration(scope);
  return found?.scope === new URL(scope, location.href).href ? found : undefined;
}

async function install(worker, scope) {
  const registration = await navigator.serviceWorker.register(worker, {
    scope,
    updateViaCache: "none",
  });
  const starting = registration.installing || registration.waiting;
  if (!registration.active && starting) {
    await new Promise((done, fail) => {
      starting.addEventListener("statechange", () => {
        if (starting.state === "activated") done();
        if (starting.state === "redundant") fail(new Trouble(NO_WORKER));
      });
    });
  }
  return registration;
}

const keyOf = ({ options }) => String(new Uint8Array(options?.applicationServerKey || []));

async function subscribe(registration, key) {
  const manager = registration.pushManager;
  const options = { userVisibleOnly: true, applicationServerKey: toBytes(key) };
  const before = await manager.getSubscription();
  if (before && keyOf(before) !== String(options.applicationServerKey)) await before.unsubscribe();
  return { subscription: await manager.subscribe(options), before };
}

async function linked(form, say) {
  const problem = whyNot();
  if (problem) throw new Trouble(problem);
  say("Asking the browser…");
  const answer = await Notification.requestPermission();
  if (answer === "denied") throw new Trouble(BLOCKED);
  if (answer !== "granted") throw new Trouble(DISMISSED);
  say("Subscribing…");
  const scope = form.closest("[data-linked-browsers]").dataset.linkedBrowsers;
  const registration = await within(
    install(form.dataset.worker, scope).catch(() => {
      throw new Trouble(NO_WORKER);
    }),
    NO_WORKER,
  );
  const { subscription, before } = await within(
    subscribe(registration, form.dataset.key).catch(() => {
      throw new Trouble(NO_SERVICE);
    }),
    NO_SERVICE,
  );
  const { endpoint, keys } = subscription.toJSON();
  const body = new FormData(form);
  body.set("endpoint", endpoint);
  body.set("p256dh", keys.p256dh);
  body.set("auth", keys.auth);
  body.set("vapid_key", form.dataset.key);
  if (before && before.endpoint !== endpoint) body.set("old_endpoint", before.endpoint);
  say("Saving…");
  const response = await fetch(form.action, { method: "POST", body }).catch(() => {
    throw new Trouble(NOT_SAVED);
  });
  if (response.ok && !response.redirected) return response.text();
  const isOurs = response.headers.get("Content-Type")?.startsWith("text/plain");
  throw new Trouble(isOurs ? await response.text() : "That did not work. Load the page again.");
}

function replace(place, html) {
  const made = new DOMParser().parseFromString(html, "text/html").body.firstElementChild;
  place.replaceWith(made);
  window.htmx?.process(made);
  // The button that was pressed is gone, and with it the focus.
  made.querySelector("[data-links-browser] button")?.focus();
  markAll(made.parentNode);
}

// Which of them is the browser in front of her.
async function mark(place) {
  if (whyNot() === NO_PUSH || !window.isSecureContext) return;
  const registration = await registrationOf(place.dataset.linkedBrowsers);
  const subscription = await registration?.pushManager.getSubscription();
  if (!subscription) return;
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(subscription.endpoint));
  const hash = [...new Uint8Array(bytes)].map((one) => one.toString(16).padStart(2, "0")).join("");
  const row = place.querySelector(`[data-endpoint="${hash}"]`);
  if (!row) return;
  row.querySelector("[data-this-browser]").hidden = false;
  const button = place.querySelector("[data-links-browser] button");
  if (button) button.textContent = "Link this browser again";
}

const markAll = (root) => {
  for (const place of root.querySelectorAll("[data-linked-browsers]")) mark(place).catch(() => {});
};

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-links-browser]");
  if (!form) return;
  event.preventDefault();
  const place = form.closest("[data-linked-browsers]");
  const button = form.querySelector("button");
  const problem = place.querySelector(".linked-problem");
  const say = (words) => (form.querySelector("[role=status]").textContent = words);
  problem.hidden = true;
  button.disabled = true;
  try {
    replace(place, await linked(form, say));
  } catch (error) {
    problem.textContent = error instanceof Trouble ? error.message : `That did not work: ${error.message}`;
    problem.hidden = false;
    say("");
    button.disabled = false;
    button.focus();
  }
});

document.addEventListener("htmx:load", ({ detail }) => markAll(detail.elt.parentNode || document));
markAll(document);
