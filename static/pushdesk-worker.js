(() => {
  "use strict";

  const TIME_BOX = 5000;
  const KEPT_FOR = 7 * 24 * 3600 * 1000;
  // By type: what a browser cannot read as the text it expects would stop the notification.
  const PASSED_ON = {
    string: ["body", "lang", "tag", "icon", "image", "badge"],
    boolean: ["requireInteraction", "silent", "renotify"],
    number: ["timestamp"],
  };

  // The back office subscribes browsers of its users for tests (static/admin/link_browser.js). What
  // a shop on the same origin keeps and shows is none of theirs.
  const isForTests = () =>
    new URL(self.registration.scope).pathname.startsWith("/pushdesk-test/");

  const sleep = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
  const quietly = (promise) => promise.catch(() => undefined);
  const within = (milliseconds, promise) => Promise.race([quietly(promise), sleep(milliseconds)]);

  let database;
  const opened = () =>
    (database ||= new Promise((resolve, reject) => {
      const opening = indexedDB.open("pushdesk", 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore("kv");
      opening.onerror = () => reject(opening.error);
      opening.onsuccess = () => {
        opening.result.onversionchange = () => {
          opening.result.close();
          database = undefined;
        };
        resolve(opening.result);
      };
    }).catch((error) => {
      database = undefined;
      throw error;
    }));
  const inStore = async (mode, act) => {
    const transaction = (await opened()).transaction("kv", mode);
    const outcome = {};
    await new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
      act(transaction.objectStore("kv"), (value) => (outcome.value = value));
    });
    return outcome.value;
  };
  const ask = (request, use) => (request.onsuccess = () => use(request.result));
  const recall = (key) => inStore("readonly", (store, give) => ask(store.get(key), give));
  const remember = (key, value) => inStore("readwrite", (store) => store.put(value, key));
  const forget = (key) => inStore("readwrite", (store) => store.delete(key));

  // A worker on the site's own origin learns from the page where the desk is.
  const desk = async () => (await within(1000, recall("desk"))) || self.location.origin;
  const address = async (path) => `${await desk()}/api/client/v1/${path}`;

  const post = async (method, url, body, headers = {}) => {
    const aborter = new AbortController();
    const timer = setTimeout(() => aborter.abort(), TIME_BOX);
    try {
      return await fetch(url, {
        method,
        headers: { "Content-Type": "application/json", ...headers },
        body: JSON.stringify(body),
        credentials: "omit",
        keepalive: true,
        signal: aborter.signal,
      });
    } finally {
      clearTimeout(timer);
    }
  };
  const isFinal = ({ ok, status }) => ok || (status < 500 && status !== 429 && status !== 408);

  // Kept before it is sent: the browser may stop the worker at any moment.
  const report = async (url, { id, token }, kind, button) => {
    const receipt = { id, token, kind, button, at: new Date().toISOString() };
    const key = `outbox/${id}/${kind}/${button || ""}`;
    const sent = post("POST", url, receipt);
    const kept = quietly(remember(key, receipt));
    const response = await sent.finally(() => kept);
    if (isFinal(response)) await forget(key);
  };

  const flush = async () => {
    if (isForTests()) return;
    const range = IDBKeyRange.bound("outbox/", "outbox/\uffff");
    const receipts = await inStore("readonly", (store, give) => ask(store.getAll(range), give));
    const keys = await inStore("readonly", (store, give) => ask(store.getAllKeys(range), give));
    const url = await address("receipts");
    for (const [index, receipt] of receipts.entries()) {
      const age = Date.now() - Date.parse(receipt.at);
      if (age > KEPT_FOR) {
        await forget(keys[index]);
        continue;
      }
      // A younger one is still on its way.
      if (age < 2 * TIME_BOX) continue;
      if (!isFinal(await post("POST", url, receipt))) return;
      await forget(keys[index]);
    }
  };

  const pages = () => self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const tell = async (kind, detail) => {
    if (isForTests()) return;
    for (const page of await pages()) page.postMessage({ type: "pushdesk", kind, ...detail });
  };

  const webAddress = (text) => {
    try {
      const url = new URL(text, self.location.origin);
      return /^https?:$/.test(url.protocol) ? url.href : null;
    } catch {
      return null;
    }
  };
  const text = (value) => (typeof value === "string" && value ? value : null);

  const seen = new Set();
  const latest = new Map();
  const isRepeat = async (id) => seen.has(id) || ((await recall("seen")) || []).includes(id);
  const markSeen = async (id) => {
    if (seen.has(id)) return true;
    seen.add(id);
    return inStore("readwrite", (store, give) => {
      ask(store.get("seen"), (ids = []) => {
        give(ids.includes(id));
        if (!ids.includes(id)) store.put([...ids, id].slice(-200), "seen");
      });
    });
  };

  // An installed app that is closed opens its start page there, whatever openWindow() names:
  // so the browser itself follows the address, and the page reports the click by its mark.
  const followsAddresses =
    /iP(hone|ad|od)/.test(self.navigator.userAgent) && "navigate" in Notification.prototype;

  const read = ({ data, notification: proposed }) => {
    let payload;
    let raw = "";
    try {
      raw = data?.text() || "";
      payload = JSON.parse(raw);
    } catch {
      // Not ours; shown as it is.
    }
    // Safari parses a declarative message itself and proposes a notification.
    const source = payload?.notification || proposed || payload;
    const host = new URL(self.registration.scope).host;
    if (!text(source?.title)) {
      const body = text(source?.body) || (payload === undefined ? raw.slice(0, 300) : "");
      return { title: host, options: { body, data: {} } };
    }

    const receipt = source.data?.pushdesk;
    const id = text(receipt?.id) || "";
    const options = {};
    for (const [type, names] of Object.entries(PASSED_ON)) {
      for (const name of names) if (typeof source[name] === type) options[name] = source[name];
    }
    if (["ltr", "rtl"].includes(source.dir)) options.dir = source.dir;
    options.tag = text(source.tag) || id;
    if (!options.tag || options.silent) delete options.renotify;
    const actions = Array.isArray(source.actions) ? source.actions : [];
    // Without "navigate": a browser that follows it itself sends us no click to count.
    if ("actions" in Notification.prototype) {
      options.actions = actions
        .filter((action) => text(action?.action) && text(action.title))
        .slice(0, Notification.maxActions || 0)
        .map(({ action, title, icon }) => ({ action, title, ...(text(icon) && { icon }) }));
    }
    options.data = {
      ...source.data,
      stamp: Math.random(),
      navigate: source.navigate,
      actions: Object.fromEntries(actions.map((each) => [each?.action, each?.navigate])),
    };
    const url = webAddress(source.navigate);
    if (followsAddresses && id && url && !url.includes("#")) {
      options.navigate = `${url}#pushdesk=${id}.${receipt.token}`;
    }
    return { title: source.title, options, receipt: id ? receipt : null };
  };

  const show = async ({ title, options }) => {
    const { body, tag, data } = options;
    try {
      await self.registration.showNotification(title, options);
    } catch {
      // A field this browser does not accept must not cost the message.
      await self.registration.showNotification(title, { body, tag, data });
    }
  };

  const received = async (event) => {
    const message = read(event);
    const { title, options, receipt } = message;
    if (options.renotify && receipt && (await within(500, isRepeat(receipt.id)))) {
      options.renotify = false;
    }
    if (options.tag) latest.set(options.tag, options.data.stamp);
    await show(message);
    const { body, data } = options;
    const told = quietly(tell("shown", { id: receipt?.id, title, body, url: data.navigate }));
    const counted = quietly(
      (async () => {
        if (!receipt || (await quietly(markSeen(receipt.id)))) return;
        await report(await address("receipts"), receipt, "shown");
      })(),
    );
    await within(TIME_BOX, Promise.all([told, counted.then(() => quietly(flush()))]));
  };

  const open = async (url) => {
    const page = (await pages()).find((each) => each.url === url);
    if (page) {
      // The browser names the address it was opened with: it may have moved on since.
      page.postMessage({ type: "pushdesk-open", url });
      return page.focus();
    }
    return self.clients.openWindow(url);
  };

  const answered = new Set();
  const clicked = async ({ notification, action }) => {
    const { data, title } = notification;
    const receipt = data?.pushdesk;
    const target = (action && data?.actions?.[action]) || data?.navigate || "/";
    const url = webAddress(target) || webAddress("/");
    // Started before the window opens: Android may stop the worker right after.
    const receipts = await address("receipts");
    const button = action || undefined;
    const counted = receipt?.id ? quietly(report(receipts, receipt, "clicked", button)) : null;
    const told = quietly(tell("clicked", { id: receipt?.id, title, button, url }));
    await quietly(open(url));
    await within(TIME_BOX, Promise.all([counted, told]));
    await within(TIME_BOX, flush());
  };

  const closed = async ({ notification: { tag, data, title } }) => {
    const receipt = data?.pushdesk;
    // Firefox also says "closed" of what was clicked, and of what was replaced.
    const replaced = latest.has(tag) && latest.get(tag) !== data?.stamp;
    if (!receipt?.id || answered.has(receipt.id) || replaced) return;
    await within(TIME_BOX, report(await address("receipts"), receipt, "dismissed"));
    await quietly(tell("dismissed", { id: receipt.id, title }));
  };

  const encode = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-")
      .replace(/\//g, "_")
      .replace(/=+$/, "");
  const decode = (key) =>
    Uint8Array.from(atob(key.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));

  const changed = async ({ oldSubscription, newSubscription }) => {
    if (isForTests()) return;
    const [device, site, stored, endpoint, unsubscribed] = await Promise.all(
      ["device", "site", "vapid_key", "endpoint", "unsubscribed"].map(recall),
    );
    if (!device || unsubscribed) return;
    const key = oldSubscription?.options?.applicationServerKey || (stored && decode(stored));
    if (!key && !newSubscription) return;
    const manager = self.registration.pushManager;
    const subscription =
      newSubscription ||
      (await manager.subscribe({ userVisibleOnly: true, applicationServerKey: key }));
    const body = {
      ...subscription.toJSON(),
      vapid_key: encode(subscription.options?.applicationServerKey || key),
      old_endpoint: oldSubscription?.endpoint || endpoint,
    };
    delete body.expirationTime;
    const headers = {
      "X-Pushdesk-Site": site,
      Authorization: `Device ${device.id}:${device.secret}`,
    };
    for (const pause of [1000, 5000, 0]) {
      const response = await quietly(post("PUT", await address("subscription"), body, headers));
      if (response?.ok) return remember("endpoint", subscription.endpoint);
      if (response && isFinal(response)) return;
      await sleep(pause);
    }
    // The page sees that the endpoint is another one, and sends it on the next visit.
  };

  self.addEventListener("install", () => self.skipWaiting());
  self.addEventListener("activate", (event) => {
    event.waitUntil(Promise.all([self.clients.claim(), within(TIME_BOX, flush())]));
  });
  self.addEventListener("push", (event) => event.waitUntil(received(event)));
  self.addEventListener("notificationclick", (event) => {
    const id = event.notification.data?.pushdesk?.id;
    if (id) answered.add(id);
    event.notification.close();
    event.waitUntil(clicked(event));
  });
  self.addEventListener("notificationclose", (event) => {
    event.waitUntil(quietly(closed(event)));
  });
  self.addEventListener("pushsubscriptionchange", (event) => {
    event.waitUntil(quietly(changed(event)));
  });
})();
