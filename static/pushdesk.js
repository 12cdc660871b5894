(() => {
  "use strict";

  const tag = document.currentScript || document.querySelector("script[data-site]");
  const stub = window.pushdesk;
  if (!tag || stub?.loaded) return;

  const { site, worker = "/pushdesk-worker.js", scope = "/pushdesk/", preview } = tag.dataset;
  const desk = new URL(tag.src).origin;
  const api = `${desk}/api/client/v1/`;
  // Where the browser follows a push by itself, the mark in the address is its click; that of a
  // marketer's preview is returned.
  const followed = () => {
    const mark = location.hash.match(/^#pushdesk(-preview=|=([^.]+)\.)(.+)$/);
    if (!mark) return;
    const [, , id, token] = mark;
    history.replaceState(history.state, "", location.href.split("#")[0]);
    if (!id) return token;
    request("POST", "receipts", { id, token, kind: "clicked" }).catch(() => {});
  };
  const SESSION_LASTS = 1_800_000;

  const sleep = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));
  const within = (seconds, promise) =>
    Promise.race([
      promise,
      sleep(seconds).then(() => Promise.reject(new Error("no answer in time"))),
    ]);
  const exclusively = (name, act) =>
    navigator.locks ? navigator.locks.request(`pushdesk-${name}`, act) : act();
  const warned = new Set();
  const warn = (text) => {
    if (!warned.has(text)) console.warn(`Pushdesk: ${text}`);
    warned.add(text);
  };
  const webAddress = (address) => {
    try {
      const url = new URL(address, location.href);
      return /^https?:$/.test(url.protocol) ? url.href : null;
    } catch {
      return null;
    }
  };

  const memory = new Map();
  const copies = {};
  const database = new Promise((resolve) => {
    // Safari may leave the request pending for ever.
    setTimeout(resolve, 6000);
    try {
      const opening = indexedDB.open("pushdesk", 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore("kv");
      opening.onerror = () => resolve();
      opening.onsuccess = () => {
        opening.result.onversionchange = () => opening.result.close();
        resolve(opening.result);
      };
    } catch {
      resolve();
    }
  });
  const inStore = async (mode, act) => {
    const opened = await database;
    return new Promise((resolve, reject) => {
      const transaction = opened.transaction("kv", mode);
      const result = act(transaction.objectStore("kv"));
      transaction.oncomplete = () => resolve(result.result);
      transaction.onabort = () => reject(transaction.error);
    });
  };
  const recall = async (key) =>
    memory.has(key)
      ? memory.get(key)
      : inStore("readonly", (store) => store.get(key)).then(
          (value) => (copies[key] = value),
          // Safari loses the connection: a device that is known must not become another one.
          () => copies[key],
        );
  const remember = (key, value) =>
    inStore("readwrite", (store) => store.put(value, key)).catch(() => {
      memory.set(key, value);
    });
  const forget = (key) => {
    memory.delete(key);
    delete copies[key];
    return inStore("readwrite", (store) => store.delete(key)).catch(() => {});
  };

  // What follows ? may be a secret: told only where a popup asks for it.
  let tellsQuery;
  const address = () =>
    (location.origin + location.pathname + (tellsQuery ? location.search : "")).slice(0, 2000);

  let refused = null;
  let renewed = false;
  let lastSeen = 0;

  const request = async (method, path, body, pauses = [1, 4, 15]) => {
    for (let attempt = 0; ; attempt++) {
      if (refused) throw refused;
      const device = path === "receipts" ? null : await recall("device");
      const headers = {
        "Content-Type": "application/json",
        "X-Pushdesk-Site": site,
        "X-Pushdesk-Page": address(),
      };
      if (device) headers.Authorization = `Device ${device.id}:${device.secret}`;
      let error;
      try {
        const response = await fetch(api + path, {
          method,
          headers,
          body: body && JSON.stringify(body),
          credentials: "omit",
          cache: "no-store",
          // A purchase is often followed by leaving the page.
          keepalive: method === "POST",
          signal: AbortSignal.timeout?.(15_000),
        });
        const { ok, status } = response;
        const answer = await response.json().catch(() => null);
        lastSeen = Date.now();
        if (ok) return answer;
        error = new Error(answer?.detail || `status ${status}`);
        Object.assign(error, { status, code: answer?.code });
      } catch (failure) {
        error = failure;
      }
      if (error.code === "device_unknown" && device) {
        const current = await recall("device");
        if (current?.id === device.id) {
          if (renewed) throw error;
          renewed = true;
          await forget("device");
        }
        if (path !== "sessions") await openSession();
        continue;
      }
      if (error.code === "origin_not_allowed") {
        refused = error;
        warn(`add ${location.origin} to the allowed origins in the settings of the site`);
      }
      if (error.code === "identity_refused") warn(`nobody was logged in: ${error.message}`);
      const final = error.status < 500 && error.status !== 429;
      if (final || attempt >= pauses.length) throw error;
      await sleep(pauses[attempt] * (1 + Math.random() / 2));
    }
  };

  const listeners = {};
  const last = {};
  const call = (callback, detail) => {
    try {
      callback(detail);
    } catch (error) {
      console.error(error);
    }
  };
  const emit = (name, detail) => {
    last[name] = detail;
    (listeners[name] || []).forEach((callback) => call(callback, detail));
  };
  const on = (name, callback) => {
    (listeners[name] ||= new Set()).add(callback);
    if (name === "session" && last.session) call(callback, last.session);
    return () => listeners[name].delete(callback);
  };

  const supported =
    "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
  const onIOS =
    /iP(hone|ad|od)/.test(navigator.userAgent) ||
    (/Macintosh/.test(navigator.userAgent) && navigator.maxTouchPoints > 1);

  let known = {};
  let reported;
  let trouble;
  let unsubscribed = false;

  const pushStatus = () =>
    supported
      ? { granted: "allowed", denied: "blocked" }[Notification.permission] || "ask"
      : "not_supported";
  const reason = () => {
    if (!supported) {
      if (!window.isSecureContext) return "insecure";
      return onIOS ? "ios_install" : "unsupported";
    }
    if (unsubscribed) return "unsubscribed";
    return known.opted_out ? "opted_out" : trouble || null;
  };
  const snapshot = () => {
    const status = pushStatus();
    const wanted = status === "allowed" && !unsubscribed && !known.opted_out;
    const subscribed = wanted && Boolean(known.subscribed);
    return {
      pushStatus: status,
      deviceId: known.device?.id || null,
      externalId: known.contact?.external_id || null,
      subscribed,
      reason: subscribed ? null : reason(),
    };
  };

  const openSession = () =>
    exclusively("session", async () => {
      const status = pushStatus();
      const answer = await request("POST", "sessions", {
        push_status: status,
        time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
        languages: [...(navigator.languages || [navigator.language])].slice(0, 10),
        // What follows ? and # may be a secret, and too long.
        url: location.origin + location.pathname,
      });
      if (answer.device.secret) {
        const { id, secret } = answer.device;
        await remember("device", { id, secret });
      }
      await remember("vapid_key", answer.vapid_key);
      known = answer;
      reported = status;
      const { deviceId, externalId } = snapshot();
      emit("session", { ...answer.session, deviceId, externalId });
    });

  let session;
  let failures = 0;
  const ready = () => (session ||= begin());
  const begin = async () => {
    try {
      await prepared;
      await openSession();
    } catch (error) {
      if (!refused) warn(`${desk} does not answer ${location.origin}: ${error.message}`);
      setTimeout(() => (session = null), 60_000 * 2 ** Math.min(failures++, 4));
      throw error;
    }
    catchUp().catch(() => {});
  };

  const toBytes = (text) => {
    const binary = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(binary, (character) => character.charCodeAt(0));
  };
  let trusted = worker;
  try {
    const policy = { createScriptURL: (text) => text };
    trusted = window.trustedTypes.createPolicy("pushdesk", policy).createScriptURL(worker);
  } catch {
    // Where the browser or the page knows no such policies the text will do.
  }
  const install = async () => {
    const options = { scope, updateViaCache: "none" };
    const registration = await navigator.serviceWorker.register(trusted, options);
    const waiting = registration.installing || registration.waiting;
    if (!registration.active && waiting) {
      await new Promise((done, fail) => {
        waiting.addEventListener("statechange", () => {
          if (waiting.state === "activated") done();
          if (waiting.state === "redundant") fail(new Error("the worker did not start"));
        });
      });
    }
    return registration;
  };

  const keyOf = (subscription) => {
    const key = subscription?.options?.applicationServerKey;
    return key && String(new Uint8Array(key));
  };
  const subscribed = async (registration, sent) => {
    const bytes = toBytes(known.vapid_key);
    const manager = registration.pushManager;
    const options = { userVisibleOnly: true, applicationServerKey: bytes };
    let old = sent;
    const replace = async (subscription) => {
      old = subscription.endpoint;
      // Kept before it is let go: a page that is left now hands it over on the next visit.
      await remember("endpoint", old);
      await subscription.unsubscribe();
    };
    const current = await manager.getSubscription();
    const currentKey = keyOf(current);
    if (currentKey && currentKey !== String(bytes)) await replace(current);
    // The workers of the site's earlier provider: two subscriptions would get everything twice.
    const keys = (known.old_vapid_keys || []).map((key) => String(toBytes(key)));
    for (const other of keys.length ? await navigator.serviceWorker.getRegistrations() : []) {
      if (other.scope === registration.scope) continue;
      // The back office's own, where it is on this origin: browsers linked for test sends.
      if (new URL(other.scope).pathname.startsWith("/pushdesk-test/")) continue;
      const theirs = await other.pushManager?.getSubscription();
      if (theirs && keys.includes(keyOf(theirs))) await replace(theirs);
    }
    const subscription = await manager.subscribe(options).catch(async (error) => {
      // Some browsers do not tell which key the old one was made with.
      if (error.name !== "InvalidStateError" || !current) throw error;
      await replace(current);
      return manager.subscribe(options);
    });
    return { subscription, old };
  };

  const keepSubscribed = (opted_in) =>
    exclusively("push", async () => {
      trouble = "worker_failed";
      const registration = await within(20, install());
      trouble = "subscribe_failed";
      const sent = await recall("endpoint");
      const { subscription, old } = await within(30, subscribed(registration, sent));
      const { endpoint } = subscription;
      if (!known.subscribed || opted_in || old !== endpoint) {
        const { keys } = subscription.toJSON();
        const body = { endpoint, keys, vapid_key: known.vapid_key, opted_in };
        if (old && old !== endpoint) body.old_endpoint = old;
        await request("PUT", "subscription", body).catch(async (error) => {
          if (error.status === 410) await subscription.unsubscribe();
          throw error;
        });
        await remember("endpoint", endpoint);
      }
      known.subscribed = true;
      trouble = null;
    }).catch((error) => {
      warn(
        trouble === "worker_failed"
          ? `${worker} must hold importScripts("${desk}/pushdesk-worker.js"): ${error.message}`
          : `no subscription: ${error.message}`,
      );
    });

  const syncSubscription = async () => {
    unsubscribed = Boolean(await recall("unsubscribed"));
    if (pushStatus() !== "allowed" || unsubscribed || known.opted_out) return;
    await keepSubscribed();
  };

  let asking = false;
  // Browsers open their question only in the very task of the click: no await before it.
  const ask = async (popup, button) => {
    asking = true;
    try {
      const before = pushStatus();
      // A page may ask on every visit: only what the visitor does takes back an earlier "no".
      const acted = navigator.userActivation?.isActive ?? true;
      const question = supported && Notification.requestPermission();
      const accepted = popup && report(popup, "accepted", button);
      if (popup) remember("asked", popup.id);
      await question;
      const status = pushStatus();
      const opted_in = status === "allowed" && (acted || before !== status);
      if (opted_in) await forget("unsubscribed");
      await ready();
      if (opted_in) {
        unsubscribed = false;
        await keepSubscribed(true);
      }
      await accepted;
      if (popup) await reportAnswer(popup, status);
      await openSession();
    } finally {
      asking = false;
    }
    emit("status", snapshot());
    return snapshot();
  };

  const reportAnswer = async (popup, status) => {
    await forget("asked");
    await report(popup, { allowed: "allowed", blocked: "blocked" }[status] || "dismissed");
  };

  const statusChanged = async () => {
    if (asking || document.hidden || !session || pushStatus() === reported) return;
    reported = pushStatus();
    try {
      await ready();
      await syncSubscription();
      await openSession();
    } catch {
      reported = undefined;
    }
    emit("status", snapshot());
  };

  const tellUnsubscribed = async () => {
    await request("DELETE", "subscription");
    await remember("unsubscribed", true);
  };
  const unsubscribe = async () => {
    unsubscribed = true;
    await remember("unsubscribed", "untold");
    const registration = supported && (await navigator.serviceWorker.getRegistration(scope));
    // The nearest registration may be the site's own worker.
    if (registration?.scope === new URL(scope, location.href).href) {
      await (await registration.pushManager.getSubscription())?.unsubscribe();
    }
    await forget("endpoint");
    await ready();
    known.subscribed = false;
    known.opted_out = true;
    await tellUnsubscribed();
    emit("status", snapshot());
    return snapshot();
  };

  let identity = Promise.resolve();
  let drop = () => {};
  let current;

  const become = (path, body) => {
    const change = async () => {
      await ready();
      const before = known.contact?.external_id;
      const answer = await request("POST", path, body);
      const { contact } = Object.assign(known, answer);
      // A popup meant for one person is not for the next one at this browser.
      if (before && before !== contact.external_id) drop();
      emit(path, { externalId: contact.external_id });
      soon();
      return { externalId: contact.external_id };
    };
    const changed = identity.then(change);
    identity = changed.catch(() => {});
    return changed;
  };
  const identify = (externalId, { hash, state, language } = {}) =>
    become("identify", { external_id: String(externalId), hash, state, language });
  const logout = () => become("logout", {});

  const track = async (name, properties = {}) => {
    await identity;
    await ready();
    // Sent again after a lost answer, it still counts once.
    const id = crypto.randomUUID?.();
    await request("POST", "events", { id, name, properties });
    soon();
  };

  let busy = false;
  let bound = false;
  let suspended = false;
  let hurried = false;
  let step = 0;
  let timer;
  let polled = 0;

  const again = (seconds) => {
    clearTimeout(timer);
    timer = setTimeout(poll, seconds * 1000);
  };
  const soon = () => {
    step = 0;
    hurried = busy;
    again(0);
  };
  const poll = async () => {
    if (busy || suspended || refused || document.hidden) return;
    busy = true;
    polled = Date.now();
    let pause = Math.min(3 * 2 ** step++, 60);
    try {
      await ready();
      hurried = false;
      const page = address();
      const { popup, wait, query } = await request("GET", "popups/next", undefined, []);
      if (query && !tellsQuery) hurried = tellsQuery = true;
      bound = popup?.pages?.length;
      if (popup && page === address() && (await present(popup))) {
        step = 0;
        pause = 1;
      } else if (hurried || page !== address()) {
        pause = 0;
      } else if (wait > 0) {
        pause = Math.min(Math.max(wait, 1), 600);
      }
    } catch {
      // The next round asks again.
    }
    busy = bound = false;
    again(pause);
  };
  // Pages of one application change their address without loading.
  let seen = address();
  setInterval(async () => {
    if (seen === address()) return;
    seen = address();
    if (bound) {
      const next = await request("GET", "popups/next", undefined, []).catch(() => {});
      if (!next || next.popup?.id === current) return;
      drop();
    }
    soon();
  }, 1000);
  const suspendPopups = (state) => {
    suspended = Boolean(state);
    if (!suspended) soon();
  };

  const report = async (popup, kind, button) => {
    if ("preview" in popup) return;
    emit("popup", { id: popup.id, kind, button });
    if (kind !== "shown") remember("answered", [popup.id, kind, button]);
    await request("POST", `popups/${popup.id}/report`, { kind, button }).catch(() => {});
  };

  const present = async (popup) => {
    let wanted = true;
    current = popup.id;
    drop = () => (wanted = false);
    const answered = async () => {
      const [id, ...answer] = (await recall("answered")) || [];
      // In another tab, or the report was lost.
      return id === popup.id && report(popup, ...answer).then(() => true);
    };
    if (await answered()) return;
    const until = Date.now() + (popup.delay || 0) * 1000;
    const image = await picture(popup.image);
    while (wanted && (Date.now() < until || suspended || document.hidden)) await sleep(0.3);
    if (!wanted || (await answered())) return;
    const answer = await show(popup, image);
    drop = () => {};
    await answer?.();
    return true;
  };

  // To a marketer: nothing is counted, and the buttons say what they would do.
  const previewed = async (token) => {
    suspended = true;
    drop();
    try {
      const { popup } = await request("POST", "popups/preview", { token }, []);
      show(popup, await picture(popup.image));
    } catch (error) {
      warn(`no preview: ${error.message}`);
    }
  };

  const picture = async (address) => {
    if (!address || !webAddress(address)) return null;
    const image = make("img", { src: webAddress(address), alt: "", className: "image" });
    try {
      // Loaded before it is shown, so that nothing moves under the visitor's finger.
      await within(4, image.decode());
      return image;
    } catch {
      return null;
    }
  };

  const make = (name, properties, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children.filter(Boolean));
    return element;
  };
  const drawing = (className, path) => {
    const namespace = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(namespace, "svg");
    const line = svg.appendChild(document.createElementNS(namespace, "path"));
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("class", className);
    svg.setAttribute("aria-hidden", "true");
    line.setAttribute("d", path);
    return svg;
  };

  const luminance = (color) => {
    const [red, green, blue] = color.match(/[\d.]+/g).map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const contrast = (one, other) => {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  };
  const readable = (background) =>
    contrast(background, "255,255,255") >= 4.5 ? "#fff" : "#000";
  const paint = (card, colors) => {
    const set = (name, color) => card.style.setProperty(`--${name}`, color);
    for (const name in colors) set(name, colors[name]);
    const seen = getComputedStyle(card);
    if (contrast(seen.backgroundColor, seen.color) < 4.5) {
      set("text", readable(seen.backgroundColor));
    }
    colors?.button_text || set("button_text", readable(seen.outlineColor));
  };

  // Resolves once answered, with what remains to be done after the popup is gone.
  const show = (popup, image) =>
    new Promise((resolve) => {
      const modal = popup.layout !== "bar" && popup.layout !== "slide";
      const before = document.activeElement;
      const host = document.createElement("pushdesk-popup");
      const root = host.attachShadow({ mode: "open" });
      try {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(STYLE);
        root.adoptedStyleSheets = [sheet];
      } catch {
        root.append(make("style", { textContent: STYLE }));
      }

      let answered = false;
      const finish = (after) => {
        if (answered) return;
        answered = true;
        document.removeEventListener("keydown", onKey);
        card.close?.();
        host.remove();
        if (modal && !framed) before?.focus?.({ preventScroll: true });
        resolve(after);
      };
      // Somebody (a content blocker, a framework) has taken it away: the page must go on.
      const vanish = () => {
        if (answered) return;
        suspended = true;
        finish();
      };
      const dismiss = () => finish(() => report(popup, "closed"));
      const press = ({ action, index, url, event, does }) => {
        const address = action === "open" && url && webAddress(url);
        if (does) {
          mark.textContent = does;
          if (address) open(address, "_blank", "noopener");
          return;
        }
        if (action === "ask_permission") {
          const asked = ask(popup, index).catch(() => {});
          return finish(() => asked);
        }
        const told = report(popup, action === "close" ? "declined" : "clicked", index);
        if (action === "track" && event) track(event, { popup: popup.id }).catch(() => {});
        finish(async () => {
          if (!address) return told;
          await within(0.8, told).catch(() => {});
          location.assign(address);
        });
      };
      const onKey = (event) => {
        if (event.key === "Escape" && !event.defaultPrevented) {
          event.preventDefault();
          dismiss();
        }
        if (event.key !== "Tab" || !modal) return;
        const stops = [...card.querySelectorAll("button, [tabindex='0']")];
        const [first, end] = event.shiftKey ? [stops.pop(), stops[0]] : [stops[0], stops.pop()];
        const active = root.activeElement;
        if (active === end || !active || (event.shiftKey && active === card)) {
          event.preventDefault();
          (first || end).focus();
        }
      };

      const asks = popup.buttons.some(({ action }) => action === "ask_permission");
      const bell = drawing(
        "bell",
        "M6 16V11a6 6 0 0 1 12 0v5l1.5 2h-15zM10 21h4M12 3v2",
      );
      const words = make(
        "div",
        { className: "words", id: "words" },
        popup.title && make("h2", { id: "title", textContent: popup.title }),
        popup.text && make("p", { id: "text", textContent: popup.text }),
      );
      const body = make("div", { className: "body" }, image || (asks && bell));
      const buttons = popup.buttons.map((button) => {
        const element = make("button", {
          type: "button",
          className: button.style === "primary" ? "primary" : "",
          textContent: button.label,
          onclick: () => press(button),
        });
        element.dataset.index = button.index;
        return element;
      });
      const cross = make(
        "button",
        { type: "button", className: "cross", onclick: dismiss },
        drawing("x", "M6 6l12 12M18 6L6 18"),
      );
      cross.dataset.close = "";
      cross.setAttribute("aria-label", popup.close_label || "Close");
      const mark = make("output", { className: "mark", textContent: popup.preview || "" });
      const looks = [
        modal ? "box" : `row ${popup.layout}`,
        popup.position,
        modal && popup.full_screen_on_phones && "full",
        popup.colors && "own",
      ];
      const card = make(
        "dialog",
        {
          className: `card ${looks.filter(Boolean).join(" ")}`,
          tabIndex: -1,
          lang: popup.language || "",
          dir: popup.direction || "auto",
        },
        body,
        buttons.length && make("div", { className: "buttons" }, ...buttons),
        "preview" in popup && mark,
        cross,
      );
      card.setAttribute("role", "dialog");
      card.setAttribute("aria-labelledby", popup.title ? "title" : "words");
      if (popup.title && popup.text) card.setAttribute("aria-describedby", "text");
      if (modal) card.setAttribute("aria-modal", "true");
      else body.setAttribute("aria-live", "polite");
      card.addEventListener("cancel", (event) => {
        event.preventDefault();
        dismiss();
      });
      card.addEventListener("close", dismiss);
      card.addEventListener("click", ({ target, clientX, clientY }) => {
        const { left, right, top, bottom } = card.getBoundingClientRect();
        const inside = clientX >= left && clientX <= right && clientY >= top && clientY <= bottom;
        if (modal && target === card && !inside) dismiss();
      });

      document.addEventListener("keydown", onKey);
      root.append(card);
      document.documentElement.append(host);
      drop = () => finish();
      host.removed = vanish;
      requestAnimationFrame(() => {
        if (answered) return;
        body.append(words);
        if (framed) card.style.animation = "none";
        if (!modal || framed || !card.showModal) card.setAttribute("open", "");
        else card.showModal();
        paint(card, popup.colors);
        if (modal && !framed) card.focus({ preventScroll: true });
        if (body.scrollHeight > body.clientHeight) body.tabIndex = 0;
        requestAnimationFrame(() => {
          if (answered) return;
          if (card.getBoundingClientRect().height) report(popup, "shown");
          else vanish();
        });
      });
    });

  // Rules of the page reach the host element; only !important ones of ours outrank them.
  const STYLE = `
:host { all: initial !important; position: fixed !important; inset: 0 !important;
  display: block !important; z-index: 2147483647 !important; pointer-events: none !important; }
* { box-sizing: border-box; }
.card { --background: #fff; --text: #1b2330; --button: #2450c8; --edge: 16px;
  position: fixed; inset: auto 0 var(--edge); margin: 0 auto; padding: 0; border: 0;
  display: flex; flex-direction: column; overflow: hidden; pointer-events: auto;
  width: min(27.5em, 100% - 2 * var(--edge)); max-width: none; height: fit-content;
  max-height: calc(100dvh - 2 * var(--edge)); border-radius: 20px;
  color: var(--text); background: var(--background); outline: 0 solid var(--button);
  box-shadow: 0 0 0 1px rgb(127 127 127 / .18), 0 24px 64px rgb(8 12 24 / .32);
  font: 16px/1.5 system-ui, sans-serif; text-align: start; }
.top { inset: var(--edge) 0 auto; }
.center { inset: 0; margin: auto; }
.bottom_right { left: auto; right: var(--edge); }
.bottom_left { right: auto; left: var(--edge); }
.card::backdrop { background: rgb(8 12 24 / .56); }
.body { overflow: auto; overscroll-behavior: contain; min-height: 0; }
.words { padding: 28px 28px 0; }
h2, p { margin: 0; overflow-wrap: anywhere; white-space: pre-line; }
h2 { font-size: 1.25em; line-height: 1.25; text-wrap: balance; }
h2 + p { margin-block-start: 8px; }
.image { display: block; width: 100%; max-height: min(40vh, 260px); object-fit: cover; }
svg { display: block; fill: none; stroke: currentColor; stroke-width: 1.8;
  stroke-linecap: round; stroke-linejoin: round; }
.bell { width: 64px; height: 64px; padding: 16px; margin: 28px 28px -8px;
  color: var(--button_text); background: var(--button); border-radius: 20px; }
.buttons { display: flex; flex-wrap: wrap; gap: 10px; padding: 24px 28px 28px; }
button { font: inherit; font-weight: 600; line-height: 1.25; min-width: 44px; min-height: 48px;
  flex: 1 1 auto; padding: 10px 18px; color: inherit; background: none; cursor: pointer;
  border: 1px solid color-mix(in srgb, currentColor 38%, transparent); border-radius: 12px;
  overflow-wrap: anywhere; }
button:hover { background: color-mix(in srgb, currentColor 8%, transparent); }
.buttons .primary { color: var(--button_text); background: var(--button); border-color: transparent; }
.primary:hover { filter: brightness(1.08); }
:focus-visible { outline: 3px solid var(--text); outline-offset: 2px; }
.card:focus-visible { outline: 0 solid var(--button); }
.body:focus-visible { outline-offset: -3px; }
.cross { position: absolute; top: 8px; inset-inline-end: 8px; width: 44px; min-height: 44px;
  padding: 11px; border-color: transparent; border-radius: 50%; background: var(--background); }
.words:first-child > :first-child, .row h2 { padding-inline-end: 28px; }
.row .body { display: flex; align-items: flex-start; }
.row .words { flex: 1; padding: 20px 24px 0; }
.row .image, .row .bell { flex: none; width: 56px; height: 56px; margin: 20px 0 0;
  margin-inline: 20px -8px; border-radius: 14px; }
.row .buttons { padding: 16px 20px 20px; }
.row .bell { padding: 14px; }
.mark { position: absolute; inset: auto 0 0; padding: 3px 12px; overflow: hidden;
  font-size: 12px; text-align: center; text-overflow: ellipsis; white-space: nowrap;
  color: #000; background: #ffd84d; }
.mark:empty { display: none; }
.card:has(.mark:not(:empty)) { padding-block-end: 24px; }
.bar { --edge: 0px; border-radius: 0; }
.card.bar { width: 100%; }
@media (min-width: 720px) {
  .bar { flex-direction: row; align-items: center; padding-inline-end: 56px; }
  .bar .body { flex: 1; align-self: stretch; align-items: center; }
  .bar .words { padding-block: 16px; }
  .bar .image, .bar .bell { margin-block: 12px; }
  .bar .buttons { flex: none; max-width: 50%; padding: 12px; }
  .bar .cross { top: calc(50% - 22px); }
}
@media (max-width: 480px) {
  .card { --edge: 8px; }
  .words, .buttons { padding-inline: 22px; }
  .bell { margin-inline: 22px; }
  .box { inset: auto 0 0; width: 100%; border-radius: 20px 20px 0 0;
    padding-block-end: env(safe-area-inset-bottom); }
  .full { inset: 0; height: 100dvh; max-height: none; border-radius: 0; }
  .full .body { flex: 1; }
  .full .image { max-height: 50vh; }
}
@media (max-height: 440px) {
  .card { overflow: auto; }
  .body { overflow: visible; flex: none; }
}
@media (prefers-color-scheme: dark) {
  .card:not(.own) { --background: #1c222c; --text: #eef2f8; --button: #8fb2ff; }
}
@media (prefers-reduced-motion: no-preference) {
  .card { animation: enter .34s cubic-bezier(.2, .8, .2, 1); }
  @keyframes enter { from { opacity: 0; translate: 0 24px; } }
}
`;

  const flush = async () => {
    const range = IDBKeyRange.bound("outbox/", "outbox/\uffff");
    for (const key of await inStore("readonly", (store) => store.getAllKeys(range))) {
      const receipt = await recall(key);
      // A younger one may be on its way from the worker.
      if (!receipt || Date.now() - Date.parse(receipt.at) < 10_000) continue;
      const status = await request("POST", "receipts", receipt, []).then(
        () => 200,
        (error) => error.status,
      );
      if (!(status < 500) || status === 429) return;
      await forget(key);
    }
  };

  const prepare = async () => {
    if (document.prerendering) {
      await new Promise((begin) => {
        document.addEventListener("prerenderingchange", begin, { once: true });
      });
    }
    const before = await Promise.all([recall("site"), recall("desk")]);
    if (before[0] && String(before) !== String([site, desk])) {
      await Promise.all(["device", "endpoint", "asked"].map(forget));
    }
    await Promise.all([remember("site", site), remember("desk", desk)]);
    unsubscribed = Boolean(await recall("unsubscribed"));
  };
  // In the back office a frame draws what the page around it says, and nothing else happens.
  const framed = preview !== undefined;
  const prepared = framed ? 0 : prepare();
  const catchUp = async () => {
    await syncSubscription();
    // A page that was left, or a desk that did not answer: a "no" must not be lost.
    if ((await recall("unsubscribed")) === "untold") await tellUnsubscribed();
    const asked = await recall("asked");
    if (asked && !asking && pushStatus() !== "ask") {
      await reportAnswer({ id: asked }, pushStatus());
    }
    emit("status", snapshot());
    await flush();
  };

  const commands = {
    identify,
    logout,
    track,
    askPermission: () => ask(),
    status: async () => {
      await ready().catch(() => {});
      return snapshot();
    },
    unsubscribe,
    suspendPopups,
    on,
  };
  const pushdesk = (name, ...values) => {
    const outcome = (async () => {
      if (!Object.hasOwn(commands, name)) throw new TypeError(`Pushdesk knows no "${name}"`);
      return commands[name](...values);
    })();
    // Who does not wait for the answer is not bothered with an error.
    outcome.catch((error) => error instanceof TypeError && warn(error.message));
    return outcome;
  };
  pushdesk.loaded = true;
  window.pushdesk = pushdesk;

  if (framed) {
    addEventListener("message", async ({ origin, data }) => {
      if (origin !== desk || !data?.popup) return;
      const turn = ++step;
      const image = await picture(data.popup.image);
      if (turn !== step) return;
      drop();
      show(data.popup, image);
    });
    parent.postMessage("pushdesk", desk);
    return;
  }
  (stub?.queue || []).forEach((queued) => pushdesk(...queued));
  const arrived = () => {
    const token = followed();
    if (token) previewed(token);
    return token;
  };
  addEventListener("hashchange", arrived);
  if (!arrived()) {
    ready().catch(() => {});
    again(0);
  }

  try {
    customElements.define("pushdesk-popup", class extends HTMLElement {
      disconnectedCallback() {
        this.removed?.();
      }
    });
  } catch {
    // Only needed on pages that hide what is not defined.
  }
  document.addEventListener("visibilitychange", async () => {
    if (document.hidden) return;
    statusChanged();
    const [id] = (await recall("answered")) || [];
    if (id === current) drop();
    if (lastSeen && Date.now() - lastSeen > SESSION_LASTS) await openSession().catch(() => {});
    again(Math.max(0, 3 - (Date.now() - polled) / 1000));
  });
  if (supported) {
    navigator.serviceWorker.addEventListener("message", ({ data }) => {
      if (data?.type === "pushdesk") emit("push", data);
      const address = data?.type === "pushdesk-open" && webAddress(data.url);
      if (address && address !== location.href) location.assign(address);
    });
    navigator.serviceWorker.startMessages?.();
    navigator.permissions
      ?.query({ name: "notifications" })
      .then((permission) => (permission.onchange = statusChanged))
      .catch(() => {});
  }
})();
