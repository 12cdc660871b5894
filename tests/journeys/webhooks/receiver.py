"""A site's own system: a real HTTP server that is called, and behaves as servers do."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Calls(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 5

    def do_POST(self):
        length = int(self.headers.get("Content-Length") or 0)
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(length).decode()
        self.server.note(self.command, self.path, headers, body)
        page = self.server.pages.get(self.path, (404, {}, b"nothing"))
        answer = page(self) if callable(page) else page
        if answer is None:
            self.close_connection = True
            return
        status, more, text = answer
        self.send_response(status)
        for name, value in more.items():
            self.send_header(name, value)
        self.send_header("Content-Length", more.get("X-Length", str(len(text))))
        self.end_headers()
        self.write(text)

    do_GET = do_PUT = do_POST

    def write(self, text):
        try:
            self.wfile.write(text)
        except OSError:
            self.close_connection = True

    def log_message(self, *args):
        pass


class Receiver(ThreadingHTTPServer):
    """`pages` maps a path to (status, headers, body), or to what makes it of the handler (None:
    it breaks off). `calls` holds every request: method, path, headers, body."""

    daemon_threads = True
    request_queue_size = 200

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Calls)
        self.pages, self.calls = {}, []
        self.ended, self.lock = threading.Event(), threading.Lock()

    def note(self, *call):
        with self.lock:
            self.calls.append(call)

    @property
    def origin(self):
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def ids(self):
        return [headers["webhook-id"] for _, _, headers, _ in self.calls]

    def stand_still(self, handler):
        """A page that takes the request and says nothing for as long as anybody waits."""
        self.ended.wait(60)

    def drip(self, handler):
        """A page of status 200 whose body comes a byte at a time."""
        handler.send_response(200)
        handler.send_header("Content-Length", "1000000")
        handler.end_headers()
        while not self.ended.wait(0.05):
            try:
                handler.wfile.write(b"x")
            except OSError:
                return

    def handle_error(self, *args):
        """Whoever hangs up is no error of the server's."""
