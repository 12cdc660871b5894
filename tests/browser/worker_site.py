"""A site that hosts our worker itself: what pushes show, without a desk behind it."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

from tests.browser.shell import ROOT

WORKER = ROOT / "static" / "pushdesk-worker.js"
PAGE = """<!doctype html><html lang="en"><title>Worker</title><script>
const registered = navigator.serviceWorker.register("/pushdesk-worker.js");
const ready = () => registered.then(() => navigator.serviceWorker.ready);
const subscribe = async (applicationServerKey) => {
  const { pushManager } = await ready();
  return (await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey })).toJSON();
};
const FIELDS = [
  "title", "body", "tag", "lang", "dir", "icon", "image", "badge", "silent",
  "requireInteraction", "renotify", "data", "actions",
];
const read = (one) => Object.fromEntries(
  FIELDS.filter((name) => name in Notification.prototype).map((name) => [name, one[name]]),
);
const shown = async () => (await (await ready()).getNotifications()).map(read);
const about = async (id) => (await shown()).find((one) => one.data?.pushdesk?.id === id);
const clear = async () => {
  for (const one of await (await ready()).getNotifications()) one.close();
};
const href = (address) => address ? new URL(address).href : "";
</script><h1>A site with a worker</h1>"""


class WorkerSite:
    """Serves the page at `/` and the worker beside it; use it as a context manager."""

    def __init__(self) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                is_worker = self.path == "/pushdesk-worker.js"
                self.send_response(200 if is_worker or self.path == "/" else 404)
                kind = "text/javascript" if is_worker else "text/html; charset=utf-8"
                self.send_header("Content-Type", kind)
                self.end_headers()
                self.wfile.write(WORKER.read_bytes() if is_worker else PAGE.encode())

            def do_POST(self) -> None:
                """Take receipts: nobody counts them here."""
                self.rfile.read(int(self.headers["Content-Length"] or 0))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Keep the test's output readable."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"localhost:{self._server.server_port}"
        self.origin = f"http://{self.host}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._server.shutdown()
        self._server.server_close()
