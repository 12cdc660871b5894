"""The page and the worker that the drivers are tested with."""

PAGE = """<!doctype html>
<meta charset="utf-8">
<link rel="icon" href="data:,">
<title>drivers</title>
<label>Name <input id="name"></label>
<label>File <input id="file" type="file"></label>
<a id="save" href="data:text/plain,kept" download="kept.txt">Save</a>
<div id="host"></div>
<script>
  const root = document.getElementById('host').attachShadow({mode: 'open'});
  root.innerHTML = '<button id="ask">Yes, tell me</button>';
  root.getElementById('ask').addEventListener('click', async (event) => {
    window.isTrusted = event.isTrusted;
    window.asked = true;
    window.answer = await Notification.requestPermission();
  });
  const octets = (text) => Uint8Array.from(
    atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
  async function subscribe(key) {
    await navigator.serviceWorker.register('/worker.js');
    const registration = await navigator.serviceWorker.ready;
    const subscription = await registration.pushManager.subscribe(
      {userVisibleOnly: true, applicationServerKey: octets(key)});
    return {...subscription.toJSON(), endpoint: subscription.endpoint};
  }
  async function unsubscribe() {
    const registration = await navigator.serviceWorker.ready;
    const subscription = await registration.pushManager.getSubscription();
    return subscription.unsubscribe();
  }
  async function leaveTraces() {
    document.cookie = 'a=1; max-age=1000';
    localStorage.a = 1;
    await caches.open('a');
    await new Promise((done) => {
      const request = indexedDB.open('a');
      request.onsuccess = () => { request.result.close(); done(); };
    });
  }
  // What is left of earlier visits: cookies, storage, caches, databases, workers, permission.
  async function traces() {
    return [
      document.cookie,
      localStorage.length,
      (await caches.keys()).length,
      (await indexedDB.databases()).length,
      (await navigator.serviceWorker.getRegistrations()).length,
      Notification.permission,
    ];
  }
</script>
"""

STRICT_PAGE = """<!doctype html>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
  content="default-src 'none'; require-trusted-types-for 'script'">
<title>strict</title>
"""

WORKER = """
const report = (kind, details) => fetch('/report', {
  method: 'POST', body: JSON.stringify({kind, ...details})});

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('push', (event) => event.waitUntil((async () => {
  const text = event.data ? event.data.text() : null;
  await self.registration.showNotification('Title ' + text, {
    body: 'Body ' + text,
    tag: text ?? 'empty',
    requireInteraction: true,
    actions: [{action: 'more', title: 'Tell me more'}],
  });
  await report('push', {text, isTrusted: event.isTrusted});
})()));

self.addEventListener('notificationclick', (event) => event.waitUntil((async () => {
  event.notification.close();
  let problem = null;
  await self.clients.openWindow('/opened').catch((error) => { problem = String(error); });
  await report('click', {
    tag: event.notification.tag, action: event.action, isTrusted: event.isTrusted, problem});
})()));

self.addEventListener('notificationclose', (event) => event.waitUntil(
  report('close', {tag: event.notification.tag})));

self.addEventListener('pushsubscriptionchange', (event) => event.waitUntil(
  report('change', {old: event.oldSubscription?.endpoint ?? null})));
"""
