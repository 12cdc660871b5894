window.pushdesk ||= (...call) => (pushdesk.queue ||= []).push(call);

(() => {
  "use strict";

  const chosen = new URLSearchParams(location.search).get("product");
  // Before the first paint, so that a visitor coming from a push sees only the product.
  if (chosen) document.documentElement.classList.add("one");

  const STATES = {
    subscribed: ["on", "You get our notifications"],
    ask: ["off", "Notifications are off"],
    allowed: ["off", "Allowed, but not subscribed"],
    blocked: ["no", "Blocked in this browser"],
    not_supported: ["no", "Not supported by this browser"],
  };
  const HELP = {
    blocked:
      "To hear from us, open the settings of this page from the address bar and allow notifications.",
    ios_install:
      "On iPhone and iPad: tap Share, then “Add to Home Screen”, and open the shop from there.",
    insecure: "Browsers allow notifications on https pages and on localhost only.",
    worker_failed: "The service worker did not start; the console says why.",
    subscribe_failed: "The push service of this browser did not answer. Please try again later.",
    opted_out: "You asked us not to send you any.",
  };
  const KINDS = { shown: "received", clicked: "clicked", dismissed: "dismissed" };

  const find = (id) => document.getElementById(id);
  const stored = (key, value) => {
    try {
      if (value !== undefined) localStorage.setItem(key, JSON.stringify(value));
      return JSON.parse(localStorage.getItem(key));
    } catch {
      return value ?? null;
    }
  };

  let fading;
  const say = (text) => {
    find("toast").textContent = text;
    find("toast").classList.add("up");
    clearTimeout(fading);
    fading = setTimeout(() => find("toast").classList.remove("up"), 3500);
  };

  const showProduct = (card) => {
    if (!card) {
      document.documentElement.classList.remove("one");
      return;
    }
    find("detail").hidden = false;
    card.querySelector("h3").setAttribute("aria-level", "1");
    find("detail").querySelector(".chosen").append(card);
    find("products").textContent = "Goes well with it";
    document.title = `${card.dataset.name} – ${document.title.split(" – ")[0]}`;
    pushdesk("track", "product_viewed", { product: chosen });
  };

  const buy = (card) => {
    const { slug, name, price, currency } = card.dataset;
    pushdesk("track", "purchase", { product: slug, price: Number(price), currency });
    const count = (stored("shop.bought") || 0) + 1;
    stored("shop.bought", count);
    find("bought").textContent = count;
    say(`Thank you! The ${name} is on its way.`);
  };

  const showVisitor = ({ pushStatus, deviceId, externalId, subscribed, reason }) => {
    const [colour, text] = STATES[subscribed ? "subscribed" : pushStatus];
    find("push-dot").dataset.state = colour;
    find("push-status").textContent = text;
    find("push-status").dataset.status = pushStatus;
    find("push-help").textContent = HELP[reason] || HELP[pushStatus] || "";
    find("push-help").hidden = !find("push-help").textContent;
    find("enable").hidden = subscribed || !["ask", "allowed"].includes(pushStatus);
    find("unsubscribe").hidden = !subscribed;
    find("device-id").textContent = deviceId ? String(deviceId).slice(0, 8) : "–";
    find("device-id").title = deviceId || "";
    find("contact").textContent = externalId || "anonymous";
    find("who").textContent = externalId ? `Hello, ${externalId}` : "Not logged in";
    find("customer-name").textContent = externalId || "";
    find("login").hidden = Boolean(externalId);
    find("member").hidden = !externalId;
  };
  const refresh = async () => {
    const status = await pushdesk("status");
    if (status?.pushStatus) showVisitor(status);
  };

  const showPush = (push) => {
    if (!push) return;
    const time = new Date(push.at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    const kind = KINDS[push.kind] || push.kind;
    find("last-push").textContent = `${push.title || "Untitled"} (${kind}, ${time})`;
  };

  document.addEventListener("DOMContentLoaded", () => {
    const cards = [...document.querySelectorAll(".product")];
    if (chosen) showProduct(cards.find(({ dataset }) => dataset.slug === chosen));
    find("bought").textContent = stored("shop.bought") || 0;
    showPush(stored("shop.push"));

    cards.forEach((card) => {
      card.querySelector(".buy").addEventListener("click", () => buy(card));
    });
    find("login").addEventListener("submit", async (event) => {
      event.preventDefault();
      const customer = find("customer").value.trim();
      if (!customer) return;
      try {
        await pushdesk("identify", customer);
        find("customer").value = "";
        say(`Welcome, ${customer}!`);
      } catch (error) {
        say(`That did not work: ${error.message}`);
      }
      refresh();
    });
    find("logout").addEventListener("click", async () => {
      try {
        await pushdesk("logout");
        say("You are logged out.");
      } catch (error) {
        say(`That did not work: ${error.message}`);
      }
      refresh();
    });
    find("enable").addEventListener("click", () => pushdesk("askPermission"));
    find("unsubscribe").addEventListener("click", () => pushdesk("unsubscribe"));

    pushdesk("on", "session", refresh);
    pushdesk("on", "status", showVisitor);
    pushdesk("on", "identify", refresh);
    pushdesk("on", "logout", refresh);
    pushdesk("on", "push", ({ kind, title }) => {
      showPush(stored("shop.push", { kind, title, at: Date.now() }));
    });
  });
})();
