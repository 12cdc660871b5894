"""A customer's site on an origin of its own, with the strictest policy that browsers know."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

PAGE = """<!doctype html><html lang="en"><title>Customer</title>
<script src="/page.js"></script>
<script async src="{desk}/pushdesk.js" data-site="{key}"></script>
<h1>A customer's page</h1>"""

# Loaded before ours: what the policy refused is kept for the test to read.
SCRIPT = """window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => {
  violations.push(`${event.violatedDirective} ${event.blockedURI}`);
});
window.pushdesk ||= (...call) => (pushdesk.queue ||= []).push(call);"""

WORKER = 'importScripts("{desk}/pushdesk-worker.js");'

POLICY = (
    "default-src 'none'; script-src 'self' {desk}; connect-src {desk}; "
    "worker-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
    "require-trusted-types-for 'script'; "
    "trusted-types pushdesk"
)
WORKER_POLICY = "default-src 'none'; script-src {desk}; connect-src {desk}"


_ports: set[int] = set()


def _server_of_a_new_origin(handler: type[BaseHTTPRequestHandler]) -> ThreadingHTTPServer:
    """The system gives ports again, and the desk and the browsers know the sites of before."""
    while True:
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        if server.server_port not in _ports:
            _ports.add(server.server_port)
            return server
        server.server_close()


class CustomerSite:
    """Serves the page at `/` and the worker's one-line file; use it as a context manager."""

    def __init__(self, *, desk: str, public_key: str = "") -> None:
        self.desk, self.public_key = desk, public_key
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                kind, body, policy = site.file(self.path)
                self.send_response(200 if body else 404)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Security-Policy", policy)
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_: object) -> None:
                """Keep the test's output readable."""

        self._server = _server_of_a_new_origin(Handler)
        self.origin = f"http://localhost:{self._server.server_port}"

    def file(self, path: str) -> tuple[str, str, str]:
        """Return type, text and policy of what is at `path`; no text where nothing is."""
        fill = {"desk": self.desk, "key": self.public_key}
        if path == "/pushdesk-worker.js":
            return "text/javascript", WORKER.format(**fill), WORKER_POLICY.format(**fill)
        if path == "/page.js":
            return "text/javascript", SCRIPT, "default-src 'none'"
        page = PAGE.format(**fill) if path.split("?")[0] == "/" else ""
        return "text/html; charset=utf-8", page, POLICY.format(**fill)

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._server.shutdown()
        self._server.server_close()
